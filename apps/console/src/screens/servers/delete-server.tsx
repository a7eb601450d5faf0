import type { ShownServer } from '@latchkey/contracts';
import { Text } from '@mantine/core';
import { useNavigate } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';

export function DeleteServer({ server: { slug, name, resource, health }, onClose }: { server: ShownServer; onClose: () => void }) {
  const { org } = useOrg();
  const navigate = useNavigate();
  const remove = useChange<undefined, unknown>({ method: 'DELETE', path: `/v1/servers/${slug}`, touches: ['connections'] });
  return (
    <Destroy title={`Delete ${shown(name)}?`} action="Delete the server" typed={slug} busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate(`/orgs/${org}/servers`) })}>
      <Text size="sm">Every client that is connected to {resource} is refused within seconds. It last answered {health.lastSuccessAt === null ? 'nobody' : ago(health.lastSuccessAt)}. Its short name is used up for ever: no other server can get it. <Foreign>{name}</Foreign> itself goes on running.</Text>
    </Destroy>
  );
}
