import type { Pat, RevokedPats } from '@latchkey/contracts';
import { List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMemberNames } from '../../api/members.ts';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';

/** One key or many: the same question, and the same answer of the API. */
export function RevokeKeys({ keys, onClose }: { keys: readonly Pat[]; onClose: () => void }) {
  const nameOf = useMemberNames();
  const revoke = useChange<readonly string[], RevokedPats>({ method: 'POST', path: '/v1/pats/revoke', body: (ids) => ({ ids }) });
  const one = keys.length === 1;
  const confirm = () => revoke.mutate(keys.map(({ id }) => id), {
    onSuccess: ({ revoked }) => {
      notifications.show({ message: one ? 'The key is revoked. Nothing accepts it any more.' : `${revoked} keys are revoked. Nothing accepts them any more.` });
      onClose();
    },
  });
  return (
    <Destroy title={one ? 'Revoke this key?' : `Revoke ${keys.length} keys?`} action={one ? 'Revoke the key' : `Revoke ${keys.length} keys`} busy={revoke.isPending} error={revoke.error} onConfirm={confirm} onClose={onClose}>
      <Text size="sm" mb="xs">What uses {one ? 'it' : 'them'} is refused within seconds, for ever:</Text>
      <List size="sm">
        {keys.slice(0, 20).map((key) => (
          <List.Item key={key.id}><b><Foreign>{key.name}</Foreign></b> ({key.prefix}…), {key.lastUsedAt === null ? 'never used' : `last used ${ago(key.lastUsedAt)}`}, {key.kind === 'service' ? 'of the organization' : key.owner === '' ? '' : `by ${shown(nameOf(key.owner))}`}</List.Item>
        ))}
      </List>
      {keys.length > 20 && <Text size="sm">and {keys.length - 20} more.</Text>}
    </Destroy>
  );
}
