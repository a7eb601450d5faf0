import type { Project } from '@latchkey/contracts';
import { Anchor, Button, Menu, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconFolder, IconPlus } from '../../icons.ts';
import { Actions } from '../../parts/actions.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Header } from '../../parts/header.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { DeleteProject } from './delete-project.tsx';
import { ProjectForm } from './project-form.tsx';

export function Component() {
  const isAdmin = useIsAdmin();
  const [creating, setCreating] = useParam('new');
  const list = useAskPages<Project>('/v1/projects');
  const create = isAdmin ? <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating('1')}>Open a project</Button> : undefined;
  return (
    <>
      <Header title="Projects" about="Parts of the organization. Servers belong to one, and people and keys have a role in each.">{create}</Header>
      <Stack>
        <ProblemNote error={list.error} />
        {list.isPending && <Waiting rows={3} height={56} />}
        {list.items?.length === 0 && <Empty icon={IconFolder} title="No projects" action={create}>Open one for what belongs together, such as production and testing: who may call the servers of one need not reach the other.</Empty>}
        {list.items !== undefined && list.items.length > 0 && (
          <Table className="cards" aria-label="Projects">
            <Table.Thead><Table.Tr><Table.Th>Project</Table.Th><Table.Th>You are</Table.Th><Table.Th>Members</Table.Th><Table.Th>Opened</Table.Th><Table.Th w={48} aria-label="Actions" /></Table.Tr></Table.Thead>
            <Table.Tbody>{list.items.map((project) => <ProjectRow key={project.slug} project={project} />)}</Table.Tbody>
          </Table>
        )}
        <More list={list} />
      </Stack>
      {creating !== '' && isAdmin && <ProjectForm onClose={() => setCreating(null)} />}
    </>
  );
}

function ProjectRow({ project }: { project: Project }) {
  const { org } = useOrg();
  const isAdmin = useIsAdmin();
  const [asked, setAsked] = useState<'rename' | 'delete' | null>(null);
  return (
    <Table.Tr>
      <Table.Td data-label="Project"><div><Anchor component={Link} to={`/orgs/${org}/projects/${project.slug}`} fw={600}><Foreign>{project.name}</Foreign></Anchor><Text size="xs" c="dimmed">{project.slug}</Text></div></Table.Td>
      <Table.Td data-label="You are">{project.role ?? 'without a role'}</Table.Td>
      <Table.Td data-label="Members"><Anchor component={Link} to={`/orgs/${org}/members?project=${project.slug}`}>Who may work in it</Anchor></Table.Td>
      <Table.Td data-label="Opened"><Moment at={project.createdAt} /></Table.Td>
      <Table.Td>
        {isAdmin && <Actions of={project.name}><Menu.Item onClick={() => setAsked('rename')}>Rename</Menu.Item><Menu.Item color="red" onClick={() => setAsked('delete')}>Delete</Menu.Item></Actions>}
        {asked === 'rename' && <ProjectForm project={project} onClose={() => setAsked(null)} />}
        {asked === 'delete' && <DeleteProject project={project} onClose={() => setAsked(null)} />}
      </Table.Td>
    </Table.Tr>
  );
}
