import { Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../api/problem.ts';
import { Dialog } from './dialog.tsx';
import { FormButtons } from './form-buttons.tsx';
import { ProblemNote } from './problem-note.tsx';

interface Fields {
  name: string;
  slug: string;
}

interface NamedFormProps {
  title: string;
  action: string;
  /** Of what is there already; without it, something new is made, and its short name asked for */
  name?: string;
  save: { mutate: (fields: Fields, on: { onSuccess: () => void; onError: (error: unknown) => void }) => void; isPending: boolean; error: unknown };
  onClose: () => void;
}

/** The dialog of what has a name to be shown by, and a short one that it is known by for ever. */
export function NamedForm({ title, action, name, save, onClose }: NamedFormProps) {
  const isNew = name === undefined;
  const form = useForm<Fields>({
    initialValues: { name: name ?? '', slug: '' },
    validate: { name: (text) => (text.trim() === '' ? 'Give it a name.' : null), slug: (slug) => (!isNew || /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug) ? null : 'Lower-case letters, digits and single hyphens.') },
  });
  const submit = form.onSubmit((fields) => save.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" data-autofocus autoComplete="off" maxLength={100} required {...form.getInputProps('name')} />
          {isNew && <TextInput label="Short name" description="Stands in addresses and grants, and cannot be changed" autoComplete="off" spellCheck={false} maxLength={63} required {...form.getInputProps('slug')} />}
          <ProblemNote error={save.error} />
          <FormButtons action={action} busy={save.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
