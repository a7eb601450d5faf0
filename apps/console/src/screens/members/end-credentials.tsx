import type { Member, RevokedByEpoch } from '@latchkey/contracts';
import { Stack, Text } from '@mantine/core';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Holdings } from './holdings.tsx';

/** A lost laptop: the person stays, and what they hold is dead. */
export function EndCredentials({ member: { user, email }, onClose }: { member: Member; onClose: () => void }) {
  const end = useChange<undefined, RevokedByEpoch>({ method: 'POST', path: `/v1/members/${user}/revoke`, body: () => undefined, touches: ['pats', 'grants', 'sessions'] });
  return (
    <Destroy title="End everything that they hold here?" action="End all credentials" busy={end.isPending} error={end.error} onClose={onClose} onConfirm={() => end.mutate(undefined, { onSuccess: onClose })}>
      <Stack gap="xs">
        <Text size="sm"><Foreign>{email}</Foreign> stays a member, and makes new keys and connects programs again. Everything from before is refused for ever.</Text>
        <Holdings user={user} />
      </Stack>
    </Destroy>
  );
}
