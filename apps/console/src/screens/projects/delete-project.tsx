import type { DeletedProject, Member, Project, Server } from '@latchkey/contracts';
import { Text } from '@mantine/core';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { shown } from '../../parts/foreign.tsx';

export function DeleteProject({ project: { slug, name }, onClose }: { project: Project; onClose: () => void }) {
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 } });
  const members = useAsk<Page<Member>>('/v1/members', { query: { project: slug, role: 'member', limit: 100 } });
  const remove = useChange<undefined, DeletedProject>({ method: 'DELETE', path: `/v1/projects/${slug}`, touches: ['members', 'servers'] });
  const within = servers.data?.items.filter(({ project }) => project === slug).length;
  return (
    <Destroy title={`Delete ${shown(name)}?`} action="Delete the project" typed={slug} busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}>
      <Text size="sm">{within === undefined || members.data === undefined ? 'Looking up what is in it …' : within > 0 ? `It still has ${within} ${within === 1 ? 'server' : 'servers'}: those have to be deleted first.` : `It has no servers. ${members.data.items.length}${members.data.nextCursor === null ? '' : '+'} ${members.data.items.length === 1 ? 'member loses' : 'members lose'} their role in it, and keys that are bound to it reach nothing any more.`} Its short name is used up for ever.</Text>
    </Destroy>
  );
}
