import type { DeletedOrganization } from '@latchkey/contracts';
import { Stack, Text } from '@mantine/core';
import { useOrg } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { shown } from '../../parts/foreign.tsx';
import { WhatIsThere } from './what-is-there.tsx';

export function DeleteOrganization({ onClose }: { onClose: () => void }) {
  const { org, name } = useOrg();
  const remove = useChange<undefined, DeletedOrganization>({ method: 'DELETE', path: `/v1/orgs/${org}` });
  return (
    // What was kept in memory of it goes with the page.
    <Destroy title={`Delete ${shown(name)}?`} action="Delete the organization" typed={org} busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate(undefined, { onSuccess: () => location.assign('/console') })}>
      <Stack gap="xs">
        <WhatIsThere whole />
        <Text size="sm">Nobody can bring it back.</Text>
      </Stack>
    </Destroy>
  );
}
