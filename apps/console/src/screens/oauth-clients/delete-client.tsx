import type { DeletedOauthClient, IssuedGrant, OauthClient } from '@latchkey/contracts';
import { Text } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { shown } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';

export function DeleteClient({ client: { id, name, lastUsedAt }, onClose }: { client: OauthClient; onClose: () => void }) {
  const { org } = useOrg();
  const navigate = useNavigate();
  const grants = useAsk<Page<IssuedGrant>>('/v1/grants', { query: { client: id, status: 'active', limit: 100 } });
  const remove = useChange<undefined, DeletedOauthClient>({ method: 'DELETE', path: `/v1/oauth-clients/${id}`, touches: ['grants'] });
  const people = new Set(grants.data?.items.map(({ user }) => user)).size;
  return (
    <Destroy title={`Delete ${shown(name)}?`} action="Delete the client" busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate(`/orgs/${org}/oauth-clients`) })}>
      <Text size="sm">Whatever signs in as {id} is refused within seconds, for ever. It was {lastUsedAt === null ? 'never used' : `last used ${ago(lastUsedAt)}`}{grants.data === undefined ? '' : `, and ${people}${grants.data.nextCursor === null ? '' : '+'} ${people === 1 ? 'person has' : 'people have'} it connected`}.</Text>
    </Destroy>
  );
}
