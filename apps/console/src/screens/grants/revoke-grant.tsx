import type { IssuedGrant, RevokedGrant } from '@latchkey/contracts';
import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMe } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';

export function RevokeGrant({ grant: { id, user, email, client, lastUsedAt, address, resource }, onClose }: { grant: IssuedGrant; onClose: () => void }) {
  const me = useMe();
  const name = client.name ?? client.id;
  const revoke = useChange<undefined, RevokedGrant>({ method: 'DELETE', path: `/v1/grants/${id}` });
  const confirm = () => revoke.mutate(undefined, {
    onSuccess: () => {
      notifications.show({ message: `${shown(name)} is disconnected. Its tokens are refused.` });
      onClose();
    },
  });
  return (
    <Destroy title={`Disconnect ${shown(name)}?`} action="Disconnect" busy={revoke.isPending} error={revoke.error} onClose={onClose} onConfirm={confirm}>
      <Text size="sm"><Foreign>{name}</Foreign> is refused {resource === null ? 'everywhere' : <>at <Foreign max={120}>{resource}</Foreign></>} within seconds, until {user === me.user.id ? 'you allow' : <><Foreign>{email}</Foreign> allows</>} it again. It was {lastUsedAt === null ? 'never used' : `last used ${ago(lastUsedAt)}${address === null ? '' : ` from ${address}`}`}.</Text>
    </Destroy>
  );
}
