import type { IdentityProvider, UpdateIdentityProvider } from '@latchkey/contracts';
import { Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ProviderFields, validateProvider, type ProviderForm } from './provider-fields.tsx';

export function EditProvider({ provider: { id, label, clientId, scopes, hasClientSecret }, onClose }: { provider: IdentityProvider; onClose: () => void }) {
  const change = useChange<ProviderForm, IdentityProvider>({ method: 'PATCH', path: `/v1/identity-providers/${id}`, body: ({ clientSecret, ...fields }): UpdateIdentityProvider => ({ ...fields, ...(clientSecret === '' ? {} : { clientSecret }) }) });
  const form = useForm<ProviderForm>({ initialValues: { label, clientId, clientSecret: '', scopes }, validate: validateProvider });
  const submit = form.onSubmit((fields) => change.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Change the provider" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <ProviderFields form={form} kept={hasClientSecret} />
          <ProblemNote error={change.error} />
          <FormButtons action="Save" busy={change.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
