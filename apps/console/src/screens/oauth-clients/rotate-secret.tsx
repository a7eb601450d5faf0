import type { OauthClient, RegisteredOauthClient } from '@latchkey/contracts';
import { useChange } from '../../api/use-api.ts';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { GiveNewSecret } from '../../parts/give-new-secret.tsx';
import { ago } from '../../parts/moment.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';

export function RotateSecret({ client: { id, name, lastUsedAt }, onClose }: { client: OauthClient; onClose: () => void }) {
  const rotate = useChange<{ graceSeconds: number }, RegisteredOauthClient>({ method: 'POST', path: `/v1/oauth-clients/${id}/rotate-secret` });
  const done = () => {
    rotate.reset();
    onClose();
  };
  if (rotate.data !== undefined) return <OneTimeSecret title={`The new secret of ${shown(name)}`} secret={rotate.data.clientSecret ?? ''} onDone={done} />;
  return (
    <GiveNewSecret busy={rotate.isPending} error={rotate.error} onClose={onClose} onGive={(graceSeconds) => rotate.mutate({ graceSeconds })}>
      <Foreign>{name}</Foreign> {lastUsedAt === null ? 'was never used' : `was last used ${ago(lastUsedAt)}`}. Where it still has the old secret, it cannot sign in once that ends.
    </GiveNewSecret>
  );
}
