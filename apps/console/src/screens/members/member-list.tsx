import type { Member, Project } from '@latchkey/contracts';
import { Group, SegmentedControl, Select, Stack, Table } from '@mantine/core';
import { useAsk, useAskPages, type Page } from '../../api/use-api.ts';
import { IconUsers } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { shown } from '../../parts/foreign.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Search } from '../../parts/search.tsx';
import { useChoice, useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { MemberRow } from './member-row.tsx';

const roles = { all: 'All', owner: 'Owners', admin: 'Administrators', member: 'Members' } as const;

export function MemberList() {
  const [q, setQ] = useParam('q');
  const [role, setRole] = useChoice('role', Object.keys(roles) as (keyof typeof roles)[], 'all');
  const [project, setProject] = useParam('project');
  const projects = useAsk<Page<Project>>('/v1/projects', { query: { limit: 100 } });
  const list = useAskPages<Member>('/v1/members', { query: { q, project, role: role === 'all' ? undefined : role } });
  return (
    <Stack>
      <Group>
        <Search label="Part of a name or address" value={q} onChange={setQ} />
        <Select aria-label="Who may work in" placeholder="In any project" clearable value={project === '' ? null : project} onChange={setProject} data={projects.data?.items.map(({ slug, name }) => ({ value: slug, label: shown(name) })) ?? []} />
        <SegmentedControl aria-label="Which role" value={role} onChange={setRole} data={Object.entries(roles).map(([value, label]) => ({ value, label }))} />
      </Group>
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconUsers} title="Nobody like that">No member matches what is asked for above. Whoever was only invited is among the invitations.</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Members">
          <Table.Thead><Table.Tr><Table.Th>Member</Table.Th><Table.Th>Role</Table.Th><Table.Th>Projects</Table.Th><Table.Th>Since</Table.Th><Table.Th w={48} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>{list.items.map((member) => <MemberRow key={member.user} member={member} />)}</Table.Tbody>
        </Table>
      )}
      <More list={list} />
    </Stack>
  );
}
