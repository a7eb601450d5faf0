import type { Server } from '@latchkey/contracts';
import { Anchor, Button, Code, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconPlus, IconServer2 } from '../../icons.ts';
import { Copy } from '../../parts/copy-button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Header } from '../../parts/header.tsx';
import { ListProblem } from '../../parts/list-problem.tsx';
import { More } from '../../parts/more.tsx';
import { Status } from '../../parts/status.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { RegisterServer } from './register-server.tsx';
import { useMayRegister } from './may-register.ts';

export function Component() {
  const { org } = useOrg();
  const [registering, setRegistering] = useParam('new');
  const list = useAskPages<Server>('/v1/servers', { everyMs: 15_000 });
  const may = useMayRegister();
  const register = may ? <Button leftSection={<IconPlus size={16} />} onClick={() => setRegistering('1')}>Register server</Button> : undefined;
  const items = list.items ?? [];
  return (
    <>
      <Header title="MCP servers" about="What stands behind the gateway. Clients connect to the address here, and never to the server itself.">{register}</Header>
      <Stack>
        <ListProblem error={list.error} />
        {list.isPending && <Waiting rows={3} height={56} />}
        {list.items !== undefined && items.length === 0 && <Empty icon={IconServer2} title="No servers yet" action={register}>Register the address of an MCP server. Latchkey looks at it at once, lists its tools, and from then on decides who may call which of them.</Empty>}
        {items.length > 0 && (
          <Table className="cards" aria-label="Servers">
            <Table.Thead><Table.Tr><Table.Th>Server</Table.Th><Table.Th>Project</Table.Th><Table.Th>Health</Table.Th><Table.Th>Clients connect to</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {items.map((server) => (
                <Table.Tr key={server.id}>
                  <Table.Td data-label="Server"><div><Anchor component={Link} to={`/orgs/${org}/servers/${server.slug}`} fw={600}><Foreign>{server.name}</Foreign></Anchor><Text size="xs" c="dimmed">{server.slug}</Text></div></Table.Td>
                  <Table.Td data-label="Project">{server.project}</Table.Td>
                  <Table.Td data-label="Health"><Status>{server.health.state}</Status></Table.Td>
                  <Table.Td data-label="Address"><Code>{server.resource}</Code><Copy compact value={server.resource} label={`Copy the address of ${server.slug}`} /></Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <More list={list} />
      </Stack>
      {registering !== '' && may && <RegisterServer onClose={() => setRegistering(null)} />}
    </>
  );
}
