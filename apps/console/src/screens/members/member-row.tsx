import type { Member } from '@latchkey/contracts';
import { Badge, Menu, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useMe, useOrg } from '../../api/me.tsx';
import { Actions } from '../../parts/actions.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { orgRoleWords } from '../../words/roles.ts';
import { ChangeRoles } from './change-roles.tsx';
import { EndCredentials } from './end-credentials.tsx';
import { RemoveMember } from './remove-member.tsx';

const dialogs = { roles: ChangeRoles, end: EndCredentials, remove: RemoveMember };

export function MemberRow({ member }: { member: Member }) {
  const { user } = useMe();
  const { role } = useOrg();
  const [asked, setAsked] = useState<keyof typeof dialogs | null>(null);
  // The rule is the API's; here nobody is offered what would be refused.
  const may = role === 'owner' || (role === 'admin' && member.role !== 'owner');
  const Asked = asked === null ? null : dialogs[asked];
  return (
    <Table.Tr>
      <Table.Td data-label="Member"><div><Text fw={600} component="span"><Foreign>{member.name === '' ? member.email : member.name}</Foreign></Text>{member.user === user.id && <Text component="span" size="sm" c="dimmed"> (you)</Text>}<Text size="xs" c="dimmed"><Foreign>{member.email}</Foreign></Text></div></Table.Td>
      <Table.Td data-label="Role"><Badge color={member.role === 'member' ? 'gray' : 'brand'}>{orgRoleWords[member.role].name}</Badge></Table.Td>
      <Table.Td data-label="Projects"><Text size="sm">{member.role === 'member' ? inProjects(member) : 'all of them'}</Text></Table.Td>
      <Table.Td data-label="Since"><Moment at={member.createdAt} /></Table.Td>
      <Table.Td>
        {may && (
          <Actions of={member.email}>
            <Menu.Item onClick={() => setAsked('roles')}>Change roles</Menu.Item>
            <Menu.Item color="red" onClick={() => setAsked('end')}>End all credentials</Menu.Item>
            <Menu.Item color="red" onClick={() => setAsked('remove')}>Remove</Menu.Item>
          </Actions>
        )}
        {Asked !== null && <Asked member={member} onClose={() => setAsked(null)} />}
      </Table.Td>
    </Table.Tr>
  );
}

function inProjects({ projects }: Member): string {
  const entries = Object.entries(projects);
  return entries.length === 0 ? 'none' : entries.map(([slug, role]) => `${slug} (${role})`).join(', ');
}
