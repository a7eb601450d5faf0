import type { IssuedGrant, Member, Server } from '@latchkey/contracts';
import { List, Text } from '@mantine/core';
import { useAsk, type Page } from '../../api/use-api.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';
import { useLiveKeys } from '../keys/live-keys.ts';

const counted = ({ items, nextCursor }: Page<unknown>, one: string, several: string): string => `${items.length}${nextCursor === null ? '' : '+'} ${items.length === 1 ? one : several}`;

/** All that an organization has, and what of it is in use: what an end of everything breaks. @param whole  servers and members end with it */
export function WhatIsThere({ whole }: { whole: boolean }) {
  const query = { limit: 100 };
  const servers = useAsk<Page<Server>>('/v1/servers', { query });
  const members = useAsk<Page<Member>>('/v1/members', { query });
  const keys = useLiveKeys({});
  const programs = useAsk<Page<IssuedGrant>>('/v1/grants', { query: { ...query, status: 'active' } });
  const all = [servers, members, keys, programs];
  if (servers.data === undefined || members.data === undefined || keys.data === undefined || programs.data === undefined) {
    return <Text size="sm" c="dimmed" mih={88}>{all.some(({ error }) => error !== null) ? 'What it has cannot be read right now.' : 'Looking up what it has …'}</Text>;
  }
  const uses = [
    ...keys.data.items.map(({ name, lastUsedAt }) => ({ name, lastUsedAt })),
    ...programs.data.items.map(({ client, lastUsedAt }) => ({ name: client.name ?? client.id, lastUsedAt })),
  ].filter(({ lastUsedAt }) => lastUsedAt !== null).sort((a, b) => String(b.lastUsedAt).localeCompare(String(a.lastUsedAt))).slice(0, 3);
  return (
    <List size="sm">
      {whole && <List.Item>{counted(servers.data, 'server is', 'servers are')} reached no more; what they are goes on running</List.Item>}
      {whole && <List.Item>{counted(members.data, 'person belongs', 'people belong')} to it no more; their accounts stay</List.Item>}
      <List.Item>{counted(keys.data, 'key and', 'keys and')} {counted(programs.data, 'connected program is', 'connected programs are')} refused within seconds{uses.length > 0 && <>: {uses.map(({ name, lastUsedAt }, index) => <span key={index}>{index > 0 && ', '}<b><Foreign max={40}>{name}</Foreign></b> was used {ago(lastUsedAt ?? '')}</span>)}</>}</List.Item>
    </List>
  );
}
