import { Button, Card, Center, Stack, Text, Title } from '@mantine/core';
import { Navigate, useSearchParams } from 'react-router';
import { useMe } from '../api/me.tsx';
import { Brand } from './brand.tsx';

const lastOrgKey = 'latchkey-last-org';

/** Remembered as a convenience; it is looked up among the reader's own. */
export const rememberOrg = (org: string): void => localStorage.setItem(lastOrgKey, org);

/** `/console`: goes on to the organization of last time, or says what to do without one. */
export function Start() {
  const { memberships, mayCreateOrganization, user } = useMe();
  const [query] = useSearchParams();
  const wanted = [query.get('org'), localStorage.getItem(lastOrgKey)];
  const target = wanted.map((org) => memberships.find((membership) => membership.org === org)).find((found) => found !== undefined) ?? memberships[0];
  if (target !== undefined) return <Navigate to={`/orgs/${target.org}`} replace />;
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder p="xl" maw={480} w="100%">
        <Stack>
          <Brand />
          <Title order={1} size="h2">No organization yet</Title>
          <Text>An organization holds MCP servers and the people who may use them. Your account, {user.email}, belongs to none{mayCreateOrganization ? ': create one, or ask an administrator to invite you.' : '. Ask an administrator to invite you.'}</Text>
          {mayCreateOrganization && <Button component="a" href="/console/organizations/new">Create an organization</Button>}
          <Button component="a" href="/console/account" variant="default">Your account</Button>
        </Stack>
      </Card>
    </Center>
  );
}
