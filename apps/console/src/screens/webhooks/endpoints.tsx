import type { WebhookEndpoint } from '@latchkey/contracts';
import { Anchor, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconSend } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { Waiting } from '../../parts/waiting.tsx';

export function Endpoints({ create }: { create: ReactNode }) {
  const { org } = useOrg();
  const list = useAskPages<WebhookEndpoint>('/v1/webhooks/endpoints', { everyMs: 15_000 });
  return (
    <Stack>
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconSend} title="Nobody is told" action={create}>Add the address of a service of yours, and it is told when a key is made, ends soon, or is revoked. Each message is signed, and tried again until it arrives.</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Endpoints">
          <Table.Thead><Table.Tr><Table.Th>Address</Table.Th><Table.Th>Told of</Table.Th><Table.Th>Status</Table.Th><Table.Th>Made</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map(({ id, url, description, events, status, failingSince, createdAt }) => (
              <Table.Tr key={id}>
                <Table.Td data-label="Address"><div><Anchor component={Link} to={`/orgs/${org}/webhooks/out/${id}`} fw={600}><Foreign>{url}</Foreign></Anchor><Text size="xs" c="dimmed"><Foreign max={200}>{description}</Foreign></Text></div></Table.Td>
                <Table.Td data-label="Told of">{events.includes('*') ? 'everything' : events.join(', ')}</Table.Td>
                <Table.Td data-label="Status"><div><Status>{status}</Status>{failingSince !== null && <Text size="xs" c="dimmed">since <Moment at={failingSince} /></Text>}</div></Table.Td>
                <Table.Td data-label="Made"><Moment at={createdAt} /></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
    </Stack>
  );
}
