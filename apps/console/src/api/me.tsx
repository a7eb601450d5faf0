import type { ConsoleMe, Membership } from '@latchkey/contracts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { rememberCsrf, request } from './request.ts';

export const meQuery = {
  queryKey: ['me'],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<ConsoleMe> => {
    const me = await request<ConsoleMe>('/me', { signal });
    rememberCsrf(me.csrf);
    return me;
  },
  staleTime: 60_000,
};

/** Who is signed in. */
export const useMe = (): ConsoleMe => useSuspenseQuery(meQuery).data;

/** Which organization the address names, and what the reader is there. Inside the shell it is always one of theirs. */
export function useOrg(): Membership {
  const { org } = useParams();
  const found = useMe().memberships.find((membership) => membership.org === org);
  if (found === undefined) throw new Error('outside of every organization');
  return found;
}

/** Owners and administrators; what others may not do is not offered to them, and would be refused. */
export const useIsAdmin = (): boolean => useOrg().role !== 'member';
