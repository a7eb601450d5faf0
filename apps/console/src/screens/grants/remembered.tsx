import type { ForgottenConsent, RememberedConsent } from '@latchkey/contracts';
import { Button, Code, Stack, Table, Text } from '@mantine/core';
import { useAskPages, useChange } from '../../api/use-api.ts';
import { IconPlugConnected } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';

/** One's own answers that are given again without a page. Forgetting one breaks nothing that is connected. */
export function Remembered() {
  const list = useAskPages<RememberedConsent>('/v1/grants/remembered');
  const forget = useChange<string, ForgottenConsent>({ method: 'DELETE', path: (id) => `/v1/grants/remembered/${id}` });
  return (
    <Stack>
      <ProblemNote error={list.error ?? forget.error} />
      {list.isPending && <Waiting rows={2} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconPlugConnected} title="You are asked every time">Where you let Latchkey remember an answer, the program connects again for no more than that without asking you. Such answers stand here, and can be taken back.</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Allowed without asking">
          <Table.Thead><Table.Tr><Table.Th>Program</Table.Th><Table.Th>May</Table.Th><Table.Th>Since</Table.Th><Table.Th>Ends</Table.Th><Table.Th w={140} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map(({ id, client, scopes, resource, createdAt, expiresAt }) => (
              <Table.Tr key={id}>
                <Table.Td data-label="Program"><div><Text fw={600} component="span"><Foreign>{client.name}</Foreign></Text><Text size="xs" c="dimmed">answers go to <Foreign>{client.redirect}</Foreign></Text></div></Table.Td>
                <Table.Td data-label="May"><div><Code>{scopes.join(' ')}</Code><Text size="xs" c="dimmed"><Foreign max={120}>{resource ?? 'everywhere'}</Foreign></Text></div></Table.Td>
                <Table.Td data-label="Since"><Moment at={createdAt} /></Table.Td>
                <Table.Td data-label="Ends"><Moment at={expiresAt} /></Table.Td>
                <Table.Td><Button size="xs" variant="default" loading={forget.isPending && forget.variables === id} aria-label={`Ask me again about ${shown(client.name)}`} onClick={() => forget.mutate(id)}>Ask me again</Button></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
    </Stack>
  );
}
