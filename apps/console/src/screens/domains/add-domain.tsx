import type { Domain } from '@latchkey/contracts';
import { Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

export function AddDomain({ onClose }: { onClose: () => void }) {
  const add = useChange<{ domain: string }, Domain>({ method: 'POST', path: '/v1/domains' });
  const form = useForm({ initialValues: { domain: '' }, validate: { domain: (domain: string) => (domain.includes('.') ? null : 'Such as example.com') } });
  const submit = form.onSubmit((fields) => add.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Add a domain">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Domain" data-autofocus autoComplete="off" maxLength={255} required {...form.getInputProps('domain')} />
          <ProblemNote error={add.error} />
          <FormButtons action="Add it" busy={add.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
