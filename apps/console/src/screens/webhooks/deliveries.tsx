import type { WebhookDelivery } from '@latchkey/contracts';
import { Button, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useAskPages } from '../../api/use-api.ts';
import { IconSend } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { useChoice, useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { Delivery } from './delivery.tsx';

const statuses = { all: 'All', pending: 'Waiting', succeeded: 'Arrived', failed: 'Failed' } as const;

/** Messages to one endpoint. */
export function Deliveries({ path }: { path: string }) {
  const [status, setStatus] = useChoice('status', Object.keys(statuses) as (keyof typeof statuses)[], 'all');
  const [open, setOpen] = useParam('delivery');
  const list = useAskPages<WebhookDelivery>(`${path}/deliveries`, { query: { status: status === 'all' ? undefined : status }, everyMs: 5_000 });
  return (
    <Stack>
      <SegmentedControl aria-label="Which messages" value={status} onChange={setStatus} data={Object.entries(statuses).map(([value, label]) => ({ value, label }))} />
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconSend} title="No messages">{status === 'all' ? 'Send a test to see whether the receiver takes it.' : 'Choose another status above.'}</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Messages">
          <Table.Thead><Table.Tr><Table.Th>Event</Table.Th><Table.Th>Status</Table.Th><Table.Th>Attempts</Table.Th><Table.Th>Made</Table.Th><Table.Th>Done</Table.Th><Table.Th w={90} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map(({ id, type, status: state, attempts, replayOf, createdAt, completedAt, nextAttemptAt }) => (
              <Table.Tr key={id}>
                <Table.Td data-label="Event"><div>{type}{replayOf !== null && <Text size="xs" c="dimmed">sent again, on request</Text>}</div></Table.Td>
                <Table.Td data-label="Status"><Status>{state}</Status></Table.Td>
                <Table.Td data-label="Attempts">{attempts}</Table.Td>
                <Table.Td data-label="Made"><Moment at={createdAt} /></Table.Td>
                <Table.Td data-label="Done">{completedAt === null ? <>next <Moment at={nextAttemptAt} never="soon" /></> : <Moment at={completedAt} />}</Table.Td>
                <Table.Td><Button size="xs" variant="default" aria-label={`Look at ${type} ${id}`} onClick={() => setOpen(id)}>Look</Button></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
      {open !== '' && <Delivery path={`${path}/deliveries/${encodeURIComponent(open)}`} onClose={() => setOpen(null)} />}
    </Stack>
  );
}
