import type { Pat } from '@latchkey/contracts';
import { useAsk, type Page } from '../../api/use-api.ts';

/** The first of two lists behind the other, as far as both are read. */
export function together<T>(first: Page<T> | undefined, second: Page<T> | undefined): Page<T> | undefined {
  return first === undefined || second === undefined ? undefined : { items: [...first.items, ...second.items], nextCursor: first.nextCursor ?? second.nextCursor };
}

/** Keys that live, those that end soon first: the API tells the two apart, and what ends soon is no less alive. */
export function useLiveKeys(query: { owner?: string }): { data: Page<Pat> | undefined; error: Error | null } {
  const ending = useAsk<Page<Pat>>('/v1/pats', { query: { ...query, status: 'expiring', limit: 100 } });
  const others = useAsk<Page<Pat>>('/v1/pats', { query: { ...query, status: 'active', limit: 100 } });
  return { data: together(ending.data, others.data), error: ending.error ?? others.error };
}
