import type { ShownServer } from '@latchkey/contracts';
import { Stack, Text } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';
import { WhoUsesIt } from './who-uses-it.tsx';

export function DeleteServer({ server, onClose }: { server: ShownServer; onClose: () => void }) {
  const { slug, name, resource, health } = server;
  const { org } = useOrg();
  const navigate = useNavigate();
  const remove = useChange<undefined, unknown>({ method: 'DELETE', path: `/v1/servers/${slug}`, touches: ['connections'] });
  return (
    <Destroy title={`Delete ${shown(name)}?`} action="Delete the server" typed={slug} busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate(`/orgs/${org}/servers`) })}>
      <Stack gap="xs">
        <Text size="sm">Whatever goes to {resource} is refused within seconds. It last answered {health.lastSuccessAt === null ? 'nobody' : ago(health.lastSuccessAt)}.</Text>
        <WhoUsesIt server={server} />
        <Text size="sm">Its short name is used up for ever: no other server can get it. <Foreign>{name}</Foreign> itself goes on running.</Text>
      </Stack>
    </Destroy>
  );
}
