import type { ShownServer, ToolHints } from '@latchkey/contracts';
import { Badge, Code, Group, Select, Stack, Table, Text } from '@mantine/core';
import { useChange } from '../../api/use-api.ts';
import { IconServer2 } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

const kinds = { own: 'As it says itself', reads: 'Only reads', writes: 'Changes things', destroys: 'Destroys things' } as const;
type Kind = keyof typeof kinds;

const hintsOf: Record<Exclude<Kind, 'own'>, ToolHints> = {
  reads: { readOnlyHint: true, destructiveHint: false },
  writes: { readOnlyHint: false, destructiveHint: false },
  destroys: { readOnlyHint: false, destructiveHint: true },
};
const kindOf = ({ readOnlyHint, destructiveHint }: ToolHints): Exclude<Kind, 'own'> => (destructiveHint === true && readOnlyHint !== true ? 'destroys' : readOnlyHint === true ? 'reads' : 'writes');
const needs = { reads: 'read', writes: 'write', destroys: 'delete' } as const;

/** What the server offers, what each tool says of itself, and what an administrator says of it instead. */
export function Tools({ server, mayChange }: { server: ShownServer; mayChange: boolean }) {
  const { slug, probe, restrictions, revision } = server;
  const change = useChange<ShownServer['restrictions'], unknown>({ method: 'PATCH', path: `/v1/servers/${slug}`, body: (next) => ({ revision, restrictions: next }) });
  const tools = probe?.tools ?? [];
  if (tools.length === 0) return <Empty icon={IconServer2} title="Its tools are not known">A gateway lists them when it looks at the server. A server that wants a credential needs a connection first.</Empty>;
  const set = (tool: string, kind: Kind) => {
    const { [tool]: _before, ...others } = restrictions.annotations;
    change.mutate({ ...restrictions, annotations: kind === 'own' ? others : { ...others, [tool]: hintsOf[kind] } });
  };
  return (
    <Stack>
      <Text size="sm" c="dimmed">What a tool does decides what a key needs for it: <Code>read</Code>, <Code>write</Code> or <Code>delete</Code>. The words of a server count as far as you trust it; yours count more.</Text>
      <ProblemNote error={change.error} />
      <Table className="cards" aria-label="Tools">
        <Table.Thead><Table.Tr><Table.Th>Tool</Table.Th><Table.Th>It says</Table.Th><Table.Th>A key needs</Table.Th>{mayChange && <Table.Th>You say</Table.Th>}</Table.Tr></Table.Thead>
        <Table.Tbody>
          {tools.map(({ name, annotations }) => {
            const own = restrictions.annotations[name];
            return (
              <Table.Tr key={name}>
                <Table.Td data-label="Tool"><Code className="foreign"><Foreign max={128}>{name}</Foreign></Code></Table.Td>
                <Table.Td data-label="It says"><Group gap={4}><Badge color={{ reads: 'green', writes: 'yellow', destroys: 'red' }[kindOf(annotations)]}>{kinds[kindOf(annotations)]}</Badge></Group></Table.Td>
                <Table.Td data-label="A key needs"><Code>{needs[kindOf(own ?? annotations)]}</Code></Table.Td>
                {mayChange && <Table.Td data-label="You say"><Select size="xs" aria-label={`What ${shown(name)} does`} allowDeselect={false} disabled={change.isPending} value={own === undefined ? 'own' : kindOf(own)} onChange={(next) => set(name, (next ?? 'own') as Kind)} data={Object.entries(kinds).map(([value, label]) => ({ value, label }))} /></Table.Td>}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
