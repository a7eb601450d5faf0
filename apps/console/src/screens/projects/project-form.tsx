import type { Project } from '@latchkey/contracts';
import { Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

interface Fields {
  name: string;
  slug: string;
}

/** Opens a project, or gives one another name; its short name is for ever. */
export function ProjectForm({ project, onClose }: { project?: Project; onClose: () => void }) {
  const isNew = project === undefined;
  const save = useChange<Fields, Project>({ method: isNew ? 'POST' : 'PATCH', path: isNew ? '/v1/projects' : `/v1/projects/${project.slug}`, body: ({ name, slug }) => (isNew ? { name, slug } : { name }) });
  const form = useForm<Fields>({
    initialValues: { name: project?.name ?? '', slug: project?.slug ?? '' },
    validate: { name: (name) => (name.trim() === '' ? 'Give it a name.' : null), slug: (slug) => (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug) ? null : 'Lower-case letters, digits and single hyphens.') },
  });
  const submit = form.onSubmit((fields) => save.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title={isNew ? 'Open a project' : 'Rename the project'}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" data-autofocus autoComplete="off" maxLength={100} required {...form.getInputProps('name')} />
          {isNew && <TextInput label="Short name" description="Stands in addresses and grants, and cannot be changed" autoComplete="off" maxLength={63} required {...form.getInputProps('slug')} />}
          <ProblemNote error={save.error} />
          <FormButtons action={isNew ? 'Open it' : 'Rename'} busy={save.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
