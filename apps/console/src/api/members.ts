import type { Member } from '@latchkey/contracts';
import { useMe } from './me.tsx';
import { useAsk, type Page } from './use-api.ts';

/** Names of the first hundred members by their ids; of others, the id itself. */
export function useMemberNames(): (id: string) => string {
  const { user } = useMe();
  const members = useAsk<Page<Member>>('/v1/members', { query: { limit: 100 } });
  const byId = new Map(members.data?.items.map(({ user: id, name, email }) => [id, name === '' ? email : name]));
  return (id) => (id === user.id ? 'you' : (byId.get(id) ?? id));
}
