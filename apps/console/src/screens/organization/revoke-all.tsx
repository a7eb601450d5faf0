import type { RevokedByEpoch } from '@latchkey/contracts';
import { notifications } from '@mantine/notifications';
import { Stack, Text } from '@mantine/core';
import { useOrg } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { WhatIsThere } from './what-is-there.tsx';

export function RevokeAll({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const revoke = useChange<undefined, RevokedByEpoch>({ method: 'POST', path: `/v1/orgs/${org}/revoke`, body: () => undefined, touches: ['pats', 'grants'] });
  const confirm = () => revoke.mutate(undefined, {
    onSuccess: () => {
      notifications.show({ message: 'Everything that was issued until now is refused.' });
      onClose();
    },
  });
  return (
    <Destroy title="Revoke everything?" action="Revoke everything" typed={org} busy={revoke.isPending} error={revoke.error} onClose={onClose} onConfirm={confirm}>
      <Stack gap="xs">
        <WhatIsThere whole={false} />
        <Text size="sm">People stay members and signed in; each makes new keys, and connects programs anew.</Text>
      </Stack>
    </Destroy>
  );
}
