import type { WebhookSubscription } from '@latchkey/contracts';
import { Anchor, Code, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconWebhook } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { ListProblem } from '../../parts/list-problem.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { Status } from '../../parts/status.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { verifierWords } from './words.ts';

export function Subscriptions({ create }: { create: ReactNode }) {
  const { org } = useOrg();
  const list = useAskPages<WebhookSubscription>('/v1/webhooks/subscriptions', { everyMs: 15_000 });
  return (
    <Stack>
      <ListProblem error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconWebhook} title="No sender is let in" action={create}>Let GitHub, Stripe, Slack or a program of yours call one tool, and no other. You get an address and a secret for the sender; what is not signed with it is refused.</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Senders">
          <Table.Thead><Table.Tr><Table.Th>Sender</Table.Th><Table.Th>Calls</Table.Th><Table.Th>Signed as</Table.Th><Table.Th>Status</Table.Th><Table.Th>Refused signatures</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map(({ id, name, project, action, verifier, enabled, refused }) => (
              <Table.Tr key={id}>
                <Table.Td data-label="Sender"><div><Anchor component={Link} to={`/orgs/${org}/webhooks/in/${id}`} fw={600}><Foreign>{name}</Foreign></Anchor><Text size="xs" c="dimmed">{project}</Text></div></Table.Td>
                <Table.Td data-label="Calls"><Code>{action.server}:{action.tool}</Code></Table.Td>
                <Table.Td data-label="Signed as">{verifierWords[verifier]}</Table.Td>
                <Table.Td data-label="Status"><Status>{enabled ? 'active' : 'disabled'}</Status></Table.Td>
                <Table.Td data-label="Refused">{refused.count === 0 ? 'none' : <div>{refused.count}, last <Moment at={refused.lastAt} /></div>}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
    </Stack>
  );
}
