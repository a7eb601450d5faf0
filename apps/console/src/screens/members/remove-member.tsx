import type { Member, RemovedMember } from '@latchkey/contracts';
import { Stack, Text } from '@mantine/core';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Holdings } from './holdings.tsx';

export function RemoveMember({ member: { user, email, name }, onClose }: { member: Member; onClose: () => void }) {
  const remove = useChange<undefined, RemovedMember>({ method: 'DELETE', path: `/v1/members/${user}`, touches: ['projects', 'pats', 'grants'] });
  return (
    <Destroy title={`Remove ${shown(name === '' ? email : name)}?`} action="Remove the member" busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}>
      <Stack gap="xs">
        <Text size="sm"><Foreign>{email}</Foreign> does not belong to the organization any more, within seconds. The account and what it has elsewhere stay.</Text>
        <Holdings user={user} />
      </Stack>
    </Destroy>
  );
}
