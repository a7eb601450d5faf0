import type { Connection, IssuedGrant, ShownServer, WebhookSubscription } from '@latchkey/contracts';
import { List, Text } from '@mantine/core';
import { useAsk, type Page } from '../../api/use-api.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';

const counted = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;
const shownOnes = 3;

/** What goes to a server: what its end breaks. */
export function WhoUsesIt({ server: { slug, project, resource } }: { server: ShownServer }) {
  const query = { limit: 100 };
  const programs = useAsk<Page<IssuedGrant>>('/v1/grants', { query: { ...query, status: 'active' } });
  const connections = useAsk<Page<Connection>>('/v1/connections', { query: { ...query, project, server: slug } });
  const senders = useAsk<Page<WebhookSubscription>>('/v1/webhooks/subscriptions', { query: { ...query, project } });
  if (programs.data === undefined || connections.data === undefined || senders.data === undefined) {
    return <Text size="sm" c="dimmed" mih={66}>{[programs, connections, senders].some(({ error }) => error !== null) ? 'What uses it cannot be read right now.' : 'Looking up what uses it …'}</Text>;
  }
  const connected = programs.data.items.filter((grant) => grant.resource === resource);
  const latest = connected.filter(({ lastUsedAt }) => lastUsedAt !== null).sort((a, b) => String(b.lastUsedAt).localeCompare(String(a.lastUsedAt))).slice(0, shownOnes);
  return (
    <List size="sm">
      <List.Item>
        {counted(connected.length, 'program is', 'programs are')} connected to it{latest.length > 0 && <>: {latest.map(({ id, client, lastUsedAt, email }, index) => <span key={id}>{index > 0 && ', '}<b><Foreign max={40}>{client.name ?? client.id}</Foreign></b> of <Foreign max={60}>{email}</Foreign>, last used {ago(lastUsedAt ?? '')}</span>)}</>}
      </List.Item>
      <List.Item>{counted(connections.data.items.filter(({ status }) => status !== 'revoked').length, 'connection takes', 'connections take')} credentials to it</List.Item>
      <List.Item>{counted(senders.data.items.filter(({ action }) => action.server === slug).length, 'sender of webhooks calls', 'senders of webhooks call')} its tools</List.Item>
    </List>
  );
}
