import type { Connection } from '@latchkey/contracts';
import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

/** The value of a static connection: the project's new one, or the reader's own. */
export function GiveValue({ connection: { id, header, per }, onClose }: { connection: Connection; onClose: () => void }) {
  const mine = per === 'user';
  const give = useChange<{ value: string }, unknown>({ method: mine ? 'PUT' : 'POST', path: `/v1/connections/${id}/${mine ? 'mine' : 'rotate'}` });
  const form = useForm({ initialValues: { value: '' }, validate: { value: (value) => (value === '' ? 'What the server wants to see.' : null) } });
  return (
    <Dialog onClose={onClose} title={mine ? 'Your value' : 'Another value'}>
      <form onSubmit={form.onSubmit((fields) => give.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }))} noValidate>
        <Stack>
          <Text size="sm">It goes into the header <b>{header}</b> of every request to the server, and is never shown again. {mine ? '' : 'The value of now stops being used at once.'}</Text>
          <PasswordInput label="Value" description="The whole of it: with “Bearer ” in front where the server wants that" autoComplete="off" data-autofocus {...form.getInputProps('value')} />
          <ProblemNote error={give.error} />
          <Group justify="flex-end"><Button variant="default" onClick={onClose}>Cancel</Button><Button type="submit" loading={give.isPending}>Save</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
