import type { Connection } from '@latchkey/contracts';
import { Text } from '@mantine/core';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';

export function RevokeConnection({ connection: { id, name, server, per }, onClose }: { connection: Connection; onClose: () => void }) {
  const revoke = useChange<undefined, unknown>({ method: 'DELETE', path: `/v1/connections/${id}` });
  return (
    <Destroy title={`Revoke ${shown(name)}?`} action="Revoke the connection" busy={revoke.isPending} error={revoke.error} onClose={onClose} onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}>
      <Text size="sm">Calls to <b>{server}</b> go without <Foreign>{name}</Foreign> from now on, and fail where the server wants it. Its value{per === 'user' ? 's, of every user who connected,' : ''} {per === 'user' ? 'are' : 'is'} wiped and cannot be brought back.</Text>
    </Destroy>
  );
}
