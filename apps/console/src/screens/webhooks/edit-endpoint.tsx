import type { WebhookEndpoint } from '@latchkey/contracts';
import { Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { EndpointFields, validateEndpoint, type EndpointForm } from './endpoint-fields.tsx';

interface Fields extends EndpointForm {
  enabled: boolean;
}

export function EditEndpoint({ endpoint: { id, url, events, description, status }, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) {
  const change = useChange<Fields, WebhookEndpoint>({ method: 'PATCH', path: `/v1/webhooks/endpoints/${id}` });
  const form = useForm<Fields>({ initialValues: { url, events, description, enabled: status !== 'disabled' }, validate: validateEndpoint });
  const submit = form.onSubmit((fields) => change.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Change the endpoint" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <EndpointFields form={form} />
          <Switch label="Is told" description="Switched on again, its past failures are forgotten." {...form.getInputProps('enabled', { type: 'checkbox' })} />
          <ProblemNote error={change.error} />
          <FormButtons action="Save" busy={change.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
