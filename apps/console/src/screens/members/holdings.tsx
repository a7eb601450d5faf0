import type { IssuedGrant } from '@latchkey/contracts';
import { List, Text } from '@mantine/core';
import { useAsk, type Page } from '../../api/use-api.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';
import { useLiveKeys } from '../keys/live-keys.ts';

const counted = ({ items, nextCursor }: Page<unknown>, word: string): string => `${items.length}${nextCursor === null ? '' : '+'} ${word}${items.length === 1 ? '' : 's'}`;

/** What somebody holds in the organization, and when it was last used: what their going breaks. */
export function Holdings({ user }: { user: string }) {
  const keys = useLiveKeys({ owner: user });
  const programs = useAsk<Page<IssuedGrant>>('/v1/grants', { query: { user, status: 'active', limit: 100 } });
  if (keys.data === undefined || programs.data === undefined) return <Text size="sm" c="dimmed" mih={44}>{keys.error ?? programs.error ? 'What they hold cannot be read right now.' : 'Looking up what they hold …'}</Text>;
  const uses = [
    ...keys.data.items.map(({ name, lastUsedAt }) => ({ name, lastUsedAt })),
    ...programs.data.items.map(({ client, lastUsedAt }) => ({ name: client.name ?? client.id, lastUsedAt })),
  ].filter(({ lastUsedAt }) => lastUsedAt !== null).sort((a, b) => String(b.lastUsedAt).localeCompare(String(a.lastUsedAt))).slice(0, 5);
  return (
    <>
      <Text size="sm">{counted(keys.data, 'key')} and {counted(programs.data, 'connected program')} of theirs {uses.length === 0 ? 'end; none was ever used.' : 'end, among them:'}</Text>
      <List size="sm">{uses.map(({ name, lastUsedAt }, index) => <List.Item key={index}><b><Foreign>{name}</Foreign></b>, last used {ago(lastUsedAt ?? '')}</List.Item>)}</List>
    </>
  );
}
