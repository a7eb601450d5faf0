import type { WebhookEndpointWithSecret } from '@latchkey/contracts';
import { Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { EndpointFields, validateEndpoint, type EndpointForm } from './endpoint-fields.tsx';

export function CreateEndpoint({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const navigate = useNavigate();
  const create = useChange<EndpointForm, WebhookEndpointWithSecret>({ method: 'POST', path: '/v1/webhooks/endpoints' });
  const form = useForm<EndpointForm>({ initialValues: { url: '', events: ['*'], description: '' }, validate: validateEndpoint });
  const made = create.data;
  const done = () => {
    create.reset();
    void navigate(`/orgs/${org}/webhooks/out/${made?.id ?? ''}`);
  };
  if (made !== undefined) return <OneTimeSecret title="The secret of the endpoint" secret={made.secret} onDone={done}><Text size="sm">With it the receiver checks that a message is from here, by any library of Standard Webhooks.</Text></OneTimeSecret>;
  const submit = form.onSubmit((fields) => create.mutate(fields, { onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Add an endpoint" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <EndpointFields form={form} />
          <ProblemNote error={create.error} />
          <FormButtons action="Add it" busy={create.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
