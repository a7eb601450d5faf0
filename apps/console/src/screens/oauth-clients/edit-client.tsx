import type { OauthClient, OrgRole, UpdatedOauthClient } from '@latchkey/contracts';
import type { Scope } from '@latchkey/contracts/scope-words';
import { Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ClientFields, clientBody, validateClient, type ClientForm } from './client-fields.tsx';

export function EditClient({ client: { id, kind, name, redirectUris, scopes, resources, machine }, onClose }: { client: OauthClient; onClose: () => void }) {
  const change = useChange<ClientForm, UpdatedOauthClient>({ method: 'PATCH', path: `/v1/oauth-clients/${id}`, body: (fields) => ({ ...(kind === 'machine' ? {} : { resources: null }), ...clientBody(kind, fields) }), touches: ['grants'] });
  const form = useForm<ClientForm>({
    initialValues: { name, redirectUris, scopes: [...(scopes ?? [])] as Scope[], resources: resources ?? [], role: (machine?.role ?? 'member') as Exclude<OrgRole, 'owner'>, projects: machine?.projects ?? {} },
    validate: validateClient(kind),
  });
  const submit = form.onSubmit((fields) => change.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Change the client" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <ClientFields kind={kind} form={form} />
          <ProblemNote error={change.error} />
          <FormButtons action="Save" busy={change.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
