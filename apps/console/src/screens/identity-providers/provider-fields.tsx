import { PasswordInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';

export interface ProviderForm {
  label: string;
  clientId: string;
  /** Empty: none, or the one of before */
  clientSecret: string;
  scopes: string;
}

export const validateProvider = {
  label: (label: string) => (label.trim() === '' ? 'It stands on the button that members press.' : null),
  clientId: (id: string) => (id === '' ? 'The provider gives it when Latchkey is registered there.' : null),
  scopes: (scopes: string) => (scopes.split(' ').includes('openid') ? null : 'openid has to be among them.'),
};

/** What can be said of a provider when it is added and later. @param kept  whether it has a secret, which an empty field leaves */
export function ProviderFields<T extends ProviderForm>({ form, kept = false }: { form: UseFormReturnType<T>; kept?: boolean }) {
  return (
    <>
      <TextInput label="Label" description="“Continue with …”, on the page where members sign in" autoComplete="off" maxLength={60} required {...form.getInputProps('label')} />
      <TextInput label="Client id" description="Of Latchkey, at the provider" autoComplete="off" spellCheck={false} maxLength={512} required {...form.getInputProps('clientId')} />
      <PasswordInput label="Client secret" description={kept ? 'Leave it empty to keep the one that is there.' : 'Leave it empty for a public client. It is never shown again.'} autoComplete="off" maxLength={2048} {...form.getInputProps('clientSecret')} />
      <TextInput label="Scopes" autoComplete="off" spellCheck={false} maxLength={500} {...form.getInputProps('scopes')} />
    </>
  );
}
