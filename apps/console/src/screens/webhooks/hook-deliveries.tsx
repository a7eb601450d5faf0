import type { HookDelivery, HookDeliveryDetail } from '@latchkey/contracts';
import { Button, Code, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useAsk, useAskPages, useChange } from '../../api/use-api.ts';
import { IconWebhook } from '../../icons.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { useChoice, useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { hookErrorWords } from './words.ts';

const statuses = { all: 'All', pending: 'Waiting', succeeded: 'Succeeded', failed: 'Failed' } as const;

/** What a sender sent and was believed, and what came of it. */
export function HookDeliveries({ path, may }: { path: string; may: boolean }) {
  const [status, setStatus] = useChoice('status', Object.keys(statuses) as (keyof typeof statuses)[], 'all');
  const [open, setOpen] = useParam('delivery');
  const list = useAskPages<HookDelivery>(`${path}/deliveries`, { query: { status: status === 'all' ? undefined : status }, everyMs: 5_000 });
  return (
    <Stack>
      <SegmentedControl aria-label="Which deliveries" value={status} onChange={setStatus} data={Object.entries(statuses).map(([value, label]) => ({ value, label }))} />
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconWebhook} title="Nothing came">{status === 'all' ? 'Once the sender posts to the address above and its signature holds, it stands here, with what was called and what was said.' : 'Choose another status above.'}</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Deliveries">
          <Table.Thead><Table.Tr><Table.Th>Came</Table.Th><Table.Th>Signature</Table.Th><Table.Th>Call</Table.Th><Table.Th>Attempts</Table.Th><Table.Th>Done</Table.Th><Table.Th w={90} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map(({ id, status: state, error, attempts, redeliveryOf, receivedAt, completedAt, nextAttemptAt }) => (
              <Table.Tr key={id}>
                <Table.Td data-label="Came"><div><Moment at={receivedAt} />{redeliveryOf !== null && <Text size="xs" c="dimmed">again, on request</Text>}</div></Table.Td>
                <Table.Td data-label="Signature"><Status>verified</Status></Table.Td>
                <Table.Td data-label="Call"><div><Status>{state}</Status>{error !== null && <Text size="xs" c="dimmed">{hookErrorWords[error]}</Text>}</div></Table.Td>
                <Table.Td data-label="Attempts">{attempts}</Table.Td>
                <Table.Td data-label="Done">{completedAt === null ? <>next <Moment at={nextAttemptAt} never="soon" /></> : <Moment at={completedAt} />}</Table.Td>
                <Table.Td><Button size="xs" variant="default" aria-label={`Look at ${id}`} onClick={() => setOpen(id)}>Look</Button></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
      {open !== '' && <Delivery path={`${path}/deliveries/${encodeURIComponent(open)}`} may={may} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

function Delivery({ path, may, onClose }: { path: string; may: boolean; onClose: () => void }) {
  const asked = useAsk<HookDeliveryDetail>(path);
  const again = useChange<undefined, HookDelivery>({ method: 'POST', path: `${path}/redeliver`, body: () => undefined });
  return (
    <Dialog onClose={onClose} title="What came" size="xl">
      <Stack>
        <ProblemNote error={asked.error ?? again.error} />
        {asked.isPending && <Waiting rows={3} />}
        {asked.data !== undefined && (
          <>
            <Text size="sm">The signature was <b>verified</b> over these bytes.</Text>
            <Code block className="block" tabIndex={0} aria-label="What was sent">{asked.data.payload}</Code>
            <Text size="sm">The arguments that were made of it:</Text>
            <Code block className="block" tabIndex={0} aria-label="Arguments">{JSON.stringify(asked.data.arguments, null, 2)}</Code>
            {may && <Button data-autofocus loading={again.isPending} disabled={asked.data.status === 'pending'} onClick={() => again.mutate(undefined, { onSuccess: onClose })}>Call the tool again</Button>}
          </>
        )}
      </Stack>
    </Dialog>
  );
}
