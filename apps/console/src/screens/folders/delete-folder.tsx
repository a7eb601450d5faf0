import type { DeletedFolder, Folder, Server } from '@latchkey/contracts';
import { Text } from '@mantine/core';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { shown } from '../../parts/foreign.tsx';

export function DeleteFolder({ folder: { project, slug, name }, servers, onClose }: { folder: Folder; servers: readonly Server[]; onClose: () => void }) {
  const remove = useChange<undefined, DeletedFolder>({ method: 'DELETE', path: `/v1/projects/${project}/folders/${slug}` });
  return (
    <Destroy title={`Delete ${shown(name)}?`} action="Delete the folder" busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}>
      <Text size="sm">{servers.length > 0 ? `It still has ${servers.length} ${servers.length === 1 ? 'server' : 'servers'}: move those elsewhere first, in their settings.` : 'It has no servers. Keys that are granted nothing but this folder reach nothing any more.'} Its short name is used up for ever.</Text>
    </Destroy>
  );
}
