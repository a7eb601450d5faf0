import type { OauthClient, TrustedClient } from '@latchkey/contracts';
import { Stack, Switch } from '@mantine/core';
import { useOrg } from '../../api/me.tsx';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';

/** Whether the organization vouches for a client: what counts where its policy lets trusted ones only. */
export function TrustSwitch({ client: { id, trusted } }: { client: OauthClient }) {
  const { org } = useOrg();
  const known = useAsk<Page<TrustedClient>>('/v1/trusted-clients', { query: { limit: 100 } });
  const vouch = useChange<undefined, TrustedClient>({ method: 'POST', path: '/v1/trusted-clients', body: () => ({ org, client: id }), touches: ['oauth-clients'] });
  const end = useChange<string, TrustedClient>({ method: 'DELETE', path: (row) => `/v1/trusted-clients/${row}`, touches: ['oauth-clients'] });
  const row = known.data?.items.find(({ kind, value }) => kind === 'client' && value === id);
  return (
    <Stack gap="xs">
      <Switch label="The organization vouches for it" description="Counts where the policy lets members connect trusted clients only: there it is refused within seconds once nobody vouches for it." checked={trusted} disabled={vouch.isPending || end.isPending || (trusted && row === undefined)} onChange={(event) => { if (event.currentTarget.checked) vouch.mutate(undefined); else if (row !== undefined) end.mutate(row.id); }} />
      <ProblemNote error={vouch.error ?? end.error} />
    </Stack>
  );
}
