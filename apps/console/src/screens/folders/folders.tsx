import type { Folder, Server } from '@latchkey/contracts';
import { Anchor, Button, Group, Menu, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useAsk, useAskPages, type Page } from '../../api/use-api.ts';
import { IconFolder, IconPlus } from '../../icons.ts';
import { Actions } from '../../parts/actions.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { ListProblem } from '../../parts/list-problem.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { DeleteFolder } from './delete-folder.tsx';
import { FolderForm } from './folder-form.tsx';

/** What a project is divided into, with the servers in each. */
export function Folders({ project, mayChange }: { project: string; mayChange: boolean }) {
  const [making, setMaking] = useParam('new');
  const list = useAskPages<Folder>(`/v1/projects/${project}/folders`);
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 } });
  const make = mayChange ? <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking('1')}>Make a folder</Button> : undefined;
  const within = (slug: string): Server[] => servers.data?.items.filter((server) => server.project === project && server.folder === slug) ?? [];
  return (
    <Stack component="section" aria-labelledby="folders">
      <Group justify="space-between"><Title order={2} size="h4" id="folders">Folders</Title>{list.items !== undefined && list.items.length > 0 && make}</Group>
      <ListProblem inOne error={list.error} />
      {list.isPending && <Waiting rows={2} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconFolder} title="No folders" action={make}>Put servers into a folder when a key or a program should reach those and no others of the project. A server moves into one in its own settings.</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Folders">
          <Table.Thead><Table.Tr><Table.Th>Folder</Table.Th><Table.Th>Servers</Table.Th><Table.Th>Made</Table.Th><Table.Th w={48} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>{list.items.map((folder) => <FolderRow key={folder.slug} folder={folder} servers={within(folder.slug)} mayChange={mayChange} />)}</Table.Tbody>
        </Table>
      )}
      <More list={list} />
      {making !== '' && mayChange && <FolderForm project={project} onClose={() => setMaking(null)} />}
    </Stack>
  );
}

function FolderRow({ folder, servers, mayChange }: { folder: Folder; servers: readonly Server[]; mayChange: boolean }) {
  const { org } = useOrg();
  const [asked, setAsked] = useState<'rename' | 'delete' | null>(null);
  return (
    <Table.Tr>
      <Table.Td data-label="Folder"><div><Text fw={600} component="span"><Foreign>{folder.name}</Foreign></Text><Text size="xs" c="dimmed">{folder.slug}</Text></div></Table.Td>
      <Table.Td data-label="Servers">{servers.length === 0 ? <Text span size="sm" c="dimmed">none</Text> : <div>{servers.map(({ slug, name }) => <Anchor key={slug} component={Link} to={`/orgs/${org}/servers/${slug}`} size="sm" display="block"><Foreign>{name}</Foreign></Anchor>)}</div>}</Table.Td>
      <Table.Td data-label="Made"><Moment at={folder.createdAt} /></Table.Td>
      <Table.Td>
        {mayChange && <Actions of={folder.name}><Menu.Item onClick={() => setAsked('rename')}>Rename</Menu.Item><Menu.Item color="red" onClick={() => setAsked('delete')}>Delete</Menu.Item></Actions>}
        {asked === 'rename' && <FolderForm project={folder.project} folder={folder} onClose={() => setAsked(null)} />}
        {asked === 'delete' && <DeleteFolder folder={folder} servers={servers} onClose={() => setAsked(null)} />}
      </Table.Td>
    </Table.Tr>
  );
}
