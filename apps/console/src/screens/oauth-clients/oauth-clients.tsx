import type { OauthClient, OauthClientKind, PolicyDocument } from '@latchkey/contracts';
import { Anchor, Badge, Button, Code, Group, SegmentedControl, Select, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { useAsk, useAskPages } from '../../api/use-api.ts';
import { IconApps, IconPlus } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Header } from '../../parts/header.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Search } from '../../parts/search.tsx';
import { useChoice, useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { kindWords } from './kinds.ts';
import { RegisterClient } from './register-client.tsx';

const origins = ['registered', 'dynamic'] as const;
const kinds = ['all', 'public', 'confidential', 'machine'] as const;

export function Component() {
  const { org } = useOrg();
  const isAdmin = useIsAdmin();
  const [origin, setOrigin] = useChoice('origin', origins, 'registered');
  const [kind, setKind] = useChoice('kind', kinds, 'all');
  const [q, setQ] = useParam('q');
  const [registering, setRegistering] = useParam('new');
  const policy = useAsk<PolicyDocument>('/v1/policies');
  const list = useAskPages<OauthClient>('/v1/oauth-clients', { query: { origin, kind: kind === 'all' ? undefined : kind, q } });
  const may = isAdmin || policy.data?.policy.clientRegistration === 'members';
  const register = may ? <Button leftSection={<IconPlus size={16} />} onClick={() => setRegistering('1')}>Register a client</Button> : undefined;
  const filtered = q !== '' || kind !== 'all';
  return (
    <>
      <Header title="OAuth clients" about="Programs that ask people for access, or that act for themselves. What each may ask for is bounded here.">{register}</Header>
      <Stack>
        <Group>
          <SegmentedControl aria-label="Which clients" value={origin} onChange={setOrigin} data={[{ value: 'registered', label: 'Registered here' }, { value: 'dynamic', label: 'Registered themselves' }]} />
          <Search label="Part of a name or id" value={q} onChange={setQ} />
          <Select aria-label="Kind" w={160} allowDeselect={false} value={kind} onChange={setKind} data={kinds.map((value) => ({ value, label: value === 'all' ? 'All kinds' : kindWords[value].name }))} />
        </Group>
        <ProblemNote error={list.error} />
        {list.isPending && <Waiting rows={3} height={56} />}
        {list.items?.length === 0 && (filtered
          ? <Empty icon={IconApps} title="No such clients">No client matches what is asked for above.</Empty>
          : origin === 'registered'
            ? <Empty icon={IconApps} title="No clients yet" action={register}>MCP clients such as Claude Code or Cursor register themselves. Register a program here when it is your own, when it needs a secret, or when it acts without a person.</Empty>
            : <Empty icon={IconApps} title="None has registered itself">Once somebody connects an MCP client and allows it something here, it stands in this list.</Empty>)}
        {list.items !== undefined && list.items.length > 0 && <ClientTable clients={list.items} base={`/orgs/${org}/oauth-clients`} />}
        <More list={list} />
      </Stack>
      {registering !== '' && may && <RegisterClient onClose={() => setRegistering(null)} />}
    </>
  );
}

const colours: Readonly<Record<OauthClientKind, string>> = { public: 'blue', confidential: 'grape', machine: 'teal' };

const ClientTable = ({ clients, base }: { clients: readonly OauthClient[]; base: string }) => (
  <Table className="cards" aria-label="OAuth clients">
    <Table.Thead><Table.Tr><Table.Th>Client</Table.Th><Table.Th>Kind</Table.Th><Table.Th>May ask for</Table.Th><Table.Th>Last used</Table.Th><Table.Th>Made</Table.Th></Table.Tr></Table.Thead>
    <Table.Tbody>
      {clients.map((client) => (
        <Table.Tr key={client.id}>
          <Table.Td data-label="Client"><div><Anchor component={Link} to={`${base}/${client.id}`} fw={600}><Foreign>{client.name}</Foreign></Anchor>{client.trusted && <Badge ml={6} size="sm" color="green">trusted</Badge>}<Text size="xs" c="dimmed"><Foreign>{client.id}</Foreign></Text></div></Table.Td>
          <Table.Td data-label="Kind"><Badge color={colours[client.kind]}>{kindWords[client.kind].name}</Badge></Table.Td>
          <Table.Td data-label="May ask for">{client.scopes === null ? <Text size="sm">what people allow</Text> : <Code>{client.scopes.join(' ')}</Code>}</Table.Td>
          <Table.Td data-label="Last used"><Moment at={client.lastUsedAt} /></Table.Td>
          <Table.Td data-label="Made"><Moment at={client.createdAt} /></Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
