import type { Project } from '@latchkey/contracts';
import { useChange } from '../../api/use-api.ts';
import { NamedForm } from '../../parts/named-form.tsx';

/** Opens a project, or gives one another name; its short name is for ever. */
export function ProjectForm({ project, onClose }: { project?: Project; onClose: () => void }) {
  const isNew = project === undefined;
  const save = useChange<{ name: string; slug: string }, Project>({ method: isNew ? 'POST' : 'PATCH', path: isNew ? '/v1/projects' : `/v1/projects/${project.slug}`, body: ({ name, slug }) => (isNew ? { name, slug } : { name }) });
  return <NamedForm title={isNew ? 'Open a project' : 'Rename the project'} action={isNew ? 'Open it' : 'Rename'} save={save} onClose={onClose} {...(isNew ? {} : { name: project.name })} />;
}
