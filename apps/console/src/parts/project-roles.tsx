import type { Project, ProjectRole } from '@latchkey/contracts';
import { Group, Input, Select, Stack, Text } from '@mantine/core';
import { useAsk, type Page } from '../api/use-api.ts';
import { projectRoleWords } from '../words/roles.ts';
import { Foreign, shown } from './foreign.tsx';
import { ProblemNote } from './problem-note.tsx';
import { Waiting } from './waiting.tsx';

const none = 'none';
const order = ['viewer', 'contributor', 'admin'] as const;
const choices = [{ value: none, label: 'No access' }, ...order.map((role) => ({ value: role, label: projectRoleWords[role].name }))];

interface ProjectRolesProps {
  value?: Record<string, ProjectRole>;
  onChange?: (next: Record<string, ProjectRole>) => void;
}

/** What somebody is in each project. */
export function ProjectRoles({ value = {}, onChange }: ProjectRolesProps) {
  const projects = useAsk<Page<Project>>('/v1/projects', { query: { limit: 100 } });
  const set = (slug: string, role: string | null) => {
    const { [slug]: _before, ...others } = value;
    onChange?.(role === null || role === none ? others : { ...others, [slug]: role as ProjectRole });
  };
  return (
    <Input.Wrapper label="In projects" labelElement="div" description={order.map((role) => `${projectRoleWords[role].name}: ${projectRoleWords[role].may}`).join('. ')}>
      <Stack gap="xs" mt="xs">
        <ProblemNote error={projects.error} />
        {projects.isPending && <Waiting rows={1} height={36} />}
        {projects.data?.items.map(({ slug, name }) => (
          <Group key={slug} justify="space-between" wrap="nowrap">
            <Text size="sm" miw={0}><Foreign>{name}</Foreign></Text>
            <Select aria-label={`Role in ${shown(name)}`} w={160} flex="none" allowDeselect={false} data={choices} value={value[slug] ?? none} onChange={(role) => set(slug, role)} />
          </Group>
        ))}
      </Stack>
    </Input.Wrapper>
  );
}
