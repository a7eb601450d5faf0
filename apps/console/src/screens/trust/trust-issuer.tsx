import type { OauthClient, RegisterTrustedIssuer, TrustedIssuer } from '@latchkey/contracts';
import { MultiSelect, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

type Fields = Pick<RegisterTrustedIssuer, 'issuer' | 'jwksUri' | 'clients' | 'linkByEmail'>;

const url = (text: string) => (URL.canParse(text) && /^https?:/.test(text) ? null : 'A whole address, with https:// in front.');

export function TrustIssuer({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const clients = useAsk<Page<OauthClient>>('/v1/oauth-clients', { query: { kind: 'confidential', limit: 100 } });
  const trust = useChange<Fields, TrustedIssuer>({ method: 'POST', path: '/v1/trusted-issuers', body: (fields): RegisterTrustedIssuer => ({ org, ...fields }) });
  const form = useForm<Fields>({
    initialValues: { issuer: '', jwksUri: '', clients: [], linkByEmail: false },
    validate: { issuer: url, jwksUri: url, clients: (chosen) => (chosen.length === 0 ? 'At least one.' : null) },
  });
  const submit = form.onSubmit((fields) => trust.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(Object.fromEntries(Object.entries(fieldProblems(error)).map(([path, words]) => [path.replace(/\.\d+$/, ''), words]))) }));
  return (
    <Dialog onClose={onClose} title="Trust an issuer" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Issuer" description="As it stands in its assertions, to the letter" data-autofocus type="url" autoComplete="off" spellCheck={false} maxLength={2048} required {...form.getInputProps('issuer')} />
          <TextInput label="Its keys" description="Where it publishes them (jwks_uri)" type="url" autoComplete="off" spellCheck={false} maxLength={2048} required {...form.getInputProps('jwksUri')} />
          <MultiSelect label="Programs" description="Which may come with its assertions: confidential clients that are registered here" placeholder={form.values.clients.length > 0 ? '' : clients.data?.items.length === 0 ? 'None is registered yet' : 'Choose'} required data={clients.data?.items.map(({ id, name }) => ({ value: id, label: shown(name, 60) })) ?? []} {...form.getInputProps('clients')} />
          <Switch label="Members are recognized by a verified address" description="Otherwise, an owner says who is who, once for each member." {...form.getInputProps('linkByEmail', { type: 'checkbox' })} />
          <ProblemNote error={trust.error} />
          <FormButtons action="Trust it" busy={trust.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
