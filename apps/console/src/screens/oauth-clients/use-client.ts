import type { OauthClient } from '@latchkey/contracts';
import { ApiProblem } from '../../api/problem.ts';
import { useAsk, type Page } from '../../api/use-api.ts';

/** One client: of the organization, or one that registered itself and that somebody here has connected, which the API knows in its list alone. */
export function useClient(id: string): { data: OauthClient | undefined; error: unknown } {
  const own = useAsk<OauthClient>(`/v1/oauth-clients/${id}`);
  const isAbsent = own.error instanceof ApiProblem && own.error.status === 404;
  const others = useAsk<Page<OauthClient>>('/v1/oauth-clients', { query: { origin: 'dynamic', q: id, limit: 10 }, enabled: isAbsent });
  const dynamic = others.data?.items.find((client) => client.id === id);
  const isSought = isAbsent && others.isPending;
  return { data: own.data ?? dynamic, error: isSought ? null : (others.error ?? own.error) };
}
