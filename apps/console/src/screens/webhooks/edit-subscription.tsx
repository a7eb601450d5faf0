import type { WebhookSubscription } from '@latchkey/contracts';
import { JsonInput, NumberInput, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { argumentsHelp, parsedArguments } from './create-subscription.tsx';

interface Fields {
  name: string;
  arguments: string;
  toleranceSeconds: number;
  enabled: boolean;
}

export function EditSubscription({ subscription: { id, name, action, toleranceSeconds, enabled }, onClose }: { subscription: WebhookSubscription; onClose: () => void }) {
  const change = useChange<Fields, WebhookSubscription>({ method: 'PATCH', path: `/v1/webhooks/subscriptions/${id}`, body: ({ arguments: text, ...fields }) => ({ ...fields, arguments: parsedArguments(text) }) });
  const form = useForm<Fields>({
    initialValues: { name, arguments: JSON.stringify(action.arguments, null, 2), toleranceSeconds, enabled },
    validate: { arguments: (text) => (parsedArguments(text) === null ? 'This is no JSON object.' : null) },
  });
  const submit = form.onSubmit((fields) => change.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Change the webhook" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" data-autofocus autoComplete="off" maxLength={100} required {...form.getInputProps('name')} />
          <JsonInput label="Arguments" description={argumentsHelp} autosize minRows={3} maxRows={10} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} {...form.getInputProps('arguments')} />
          <NumberInput label="How old a signature may be, in seconds" min={30} max={3600} allowDecimal={false} {...form.getInputProps('toleranceSeconds')} />
          <Switch label="Takes what comes" description="Switched off, the sender gets 404 and nothing is called." {...form.getInputProps('enabled', { type: 'checkbox' })} />
          <ProblemNote error={change.error} />
          <FormButtons action="Save" busy={change.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
