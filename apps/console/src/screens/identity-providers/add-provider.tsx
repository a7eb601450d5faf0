import type { CreateIdentityProvider, IdentityProvider } from '@latchkey/contracts';
import { Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ProviderFields, validateProvider, type ProviderForm } from './provider-fields.tsx';

interface Fields extends ProviderForm {
  issuer: string;
}

export function AddProvider({ onClose }: { onClose: () => void }) {
  const add = useChange<Fields, IdentityProvider>({ method: 'POST', path: '/v1/identity-providers', body: ({ clientSecret, ...fields }): Partial<CreateIdentityProvider> => ({ ...fields, ...(clientSecret === '' ? {} : { clientSecret }) }) });
  const form = useForm<Fields>({
    initialValues: { label: '', issuer: '', clientId: '', clientSecret: '', scopes: 'openid email profile' },
    validate: { ...validateProvider, issuer: (issuer) => (URL.canParse(issuer) ? null : 'A whole address, with https:// in front.') },
  });
  const submit = form.onSubmit((fields) => add.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Add a provider" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Issuer" description="As the provider writes it, to the letter. What it publishes there is looked at now, and it cannot be changed later." placeholder="https://accounts.google.com" data-autofocus type="url" autoComplete="off" spellCheck={false} maxLength={1024} required {...form.getInputProps('issuer')} />
          <ProviderFields form={form} />
          <ProblemNote error={add.error} />
          <FormButtons action="Add it" busy={add.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
