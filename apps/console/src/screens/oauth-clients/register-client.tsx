import type { OauthClientKind, RegisteredOauthClient } from '@latchkey/contracts';
import { Input, SegmentedControl, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ClientFields, clientBody, validateClient, type ClientForm } from './client-fields.tsx';
import { kindWords } from './kinds.ts';

export function RegisterClient({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const navigate = useNavigate();
  const [kind, setKind] = useState<OauthClientKind>('public');
  const register = useChange<ClientForm, RegisteredOauthClient>({ method: 'POST', path: '/v1/oauth-clients', body: (fields) => ({ org, kind, ...clientBody(kind, fields) }) });
  const form = useForm<ClientForm>({ initialValues: { name: '', redirectUris: [], scopes: ['mcp:read', 'mcp:execute'], resources: [], role: 'member', projects: {} }, validate: validateClient(kind) });
  const made = register.data;
  const done = () => {
    register.reset();
    void navigate(`/orgs/${org}/oauth-clients/${made?.id ?? ''}`);
  };
  if (made?.clientSecret !== undefined) return <OneTimeSecret title={`The secret of ${shown(made.name)}`} secret={made.clientSecret} onDone={done}><Text size="sm">Its client id is <b>{made.id}</b>, which is no secret.</Text></OneTimeSecret>;
  const submit = form.onSubmit((fields) => register.mutate(fields, {
    onSuccess: ({ id, clientSecret }) => { if (clientSecret === undefined) void navigate(`/orgs/${org}/oauth-clients/${id}`); },
    onError: (error) => form.setErrors(fieldProblems(error)),
  }));
  return (
    <Dialog onClose={onClose} title="Register a client" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <Input.Wrapper label="Kind" labelElement="div" description={kindWords[kind].is} inputWrapperOrder={['label', 'input', 'description']}>
            <SegmentedControl aria-label="Kind" fullWidth mb={4} value={kind} onChange={(next) => setKind(next)} data={(Object.keys(kindWords) as OauthClientKind[]).map((value) => ({ value, label: kindWords[value].name }))} />
          </Input.Wrapper>
          <ClientFields kind={kind} form={form} />
          <ProblemNote error={register.error} />
          <FormButtons action="Register" busy={register.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
