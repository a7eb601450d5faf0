import { Anchor, Select, Text } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useMe, useOrg } from '../api/me.tsx';
import { shown } from '../parts/foreign.tsx';
import { useListWhenOpened } from '../parts/list-when-opened.ts';

/** The organization at hand, and the way to another. */
export function OrgChoice() {
  const { memberships, mayCreateOrganization } = useMe();
  const { org, role } = useOrg();
  const navigate = useNavigate();
  const list = useListWhenOpened();
  return (
    <>
      <Select
        {...list}
        aria-label="Organization"
        data={memberships.map((membership) => ({ value: membership.org, label: shown(membership.name) }))}
        value={org}
        allowDeselect={false}
        searchable={memberships.length > 8}
        onChange={(next) => { if (next !== null && next !== org) void navigate(`/orgs/${next}`); }}
      />
      <Text size="xs" c="dimmed" mt={4} px={4}>You are {role === 'member' ? 'a member' : role === 'owner' ? 'an owner' : 'an administrator'} here.{mayCreateOrganization && <> <Anchor href="/console/organizations/new" inherit underline="always">New organization</Anchor></>}</Text>
    </>
  );
}
