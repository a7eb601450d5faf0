import type { Connection } from '@latchkey/contracts';
import { Button, Code, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useAskPages } from '../../api/use-api.ts';
import { IconPlugConnected, IconPlus } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Header } from '../../parts/header.tsx';
import { ListProblem } from '../../parts/list-problem.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { Status } from '../../parts/status.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { useMayRegister } from '../servers/may-register.ts';
import { ConnectionMenu } from './connection-menu.tsx';
import { CreateConnection } from './create-connection.tsx';
import { RevokeConnection } from './revoke-connection.tsx';

export function Component() {
  const [creating, setCreating] = useParam('new');
  const list = useAskPages<Connection>('/v1/connections');
  const [revoking, setRevoking] = useState<Connection | null>(null);
  const may = useMayRegister();
  const items = list.items ?? [];
  const create = may ? <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating('1')}>Add connection</Button> : undefined;
  return (
    <>
      <Header title="Connections" about="What Latchkey shows to servers that want a credential of their own. Nobody who calls ever sees it.">{create}</Header>
      <Stack>
        <ListProblem error={list.error} />
        {list.isPending && <Waiting rows={3} height={56} />}
        {list.items !== undefined && items.length === 0 && <Empty icon={IconPlugConnected} title="No connections" action={create}>A server that wants an API key or a sign-in at another service gets it from here: one for the whole project, or one for each user.</Empty>}
        {items.length > 0 && (
          <Table className="cards" aria-label="Connections">
            <Table.Thead><Table.Tr><Table.Th>Name</Table.Th><Table.Th>Server</Table.Th><Table.Th>Kind</Table.Th><Table.Th>Status</Table.Th><Table.Th>Made</Table.Th><Table.Th w={48} aria-label="Actions" /></Table.Tr></Table.Thead>
            <Table.Tbody>
              {items.map((connection) => (
                <Table.Tr key={connection.id}>
                  <Table.Td data-label="Name"><Text component="span" fw={600} className={connection.status === 'revoked' ? 'over' : undefined}><Foreign>{connection.name}</Foreign></Text></Table.Td>
                  <Table.Td data-label="Server"><div>{connection.server}<Text size="xs" c="dimmed"><Foreign max={120}>{connection.origin}</Foreign></Text></div></Table.Td>
                  <Table.Td data-label="Kind"><div>{connection.kind === 'oauth' ? 'OAuth' : <Code>{connection.header}</Code>}<Text size="xs" c="dimmed">{connection.per === 'user' ? 'each user has one' : 'one for the project'}</Text></div></Table.Td>
                  <Table.Td data-label="Status"><div><Status>{connection.status}</Status>{connection.wants.length > 0 && <Text size="xs" c="dimmed">wants <Foreign max={120}>{connection.wants.join(' ')}</Foreign>: connect anew</Text>}</div></Table.Td>
                  <Table.Td data-label="Made"><Moment at={connection.createdAt} /></Table.Td>
                  <Table.Td>{connection.status !== 'revoked' && <ConnectionMenu connection={connection} mayAdminister={may} onRevoke={() => setRevoking(connection)} />}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <More list={list} />
      </Stack>
      {creating !== '' && may && <CreateConnection onClose={() => setCreating(null)} />}
      {revoking !== null && <RevokeConnection connection={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}
