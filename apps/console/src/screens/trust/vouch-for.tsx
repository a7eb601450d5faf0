import type { TrustClient, TrustedClient } from '@latchkey/contracts';
import { SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

interface Fields {
  kind: 'host' | 'client';
  host: string;
  client: string;
}

export function VouchFor({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const add = useChange<Fields, TrustedClient>({ method: 'POST', path: '/v1/trusted-clients', body: ({ kind, host, client }): TrustClient => ({ org, ...(kind === 'host' ? { host: host.trim().toLowerCase() } : { client: client.trim() }) }), touches: ['oauth-clients'] });
  const form = useForm<Fields>({
    initialValues: { kind: 'host', host: '', client: '' },
    validate: {
      host: (host, { kind }) => (kind === 'client' || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(host.trim()) ? null : 'A host name, such as tools.example.com'),
      client: (client, { kind }) => (kind === 'host' || client.trim() !== '' ? null : 'The client id, or the address of its metadata document.'),
    },
  });
  const submit = form.onSubmit((fields) => add.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Vouch for programs">
      <form onSubmit={submit} noValidate>
        <Stack>
          <SegmentedControl aria-label="Which programs" data={[{ value: 'host', label: 'All at a host' }, { value: 'client', label: 'One program' }]} {...form.getInputProps('kind')} />
          {form.values.kind === 'host'
            ? <TextInput label="Host" description="Whoever can publish a document there can be any of these programs." placeholder="tools.example.com" data-autofocus autoComplete="off" spellCheck={false} maxLength={255} required {...form.getInputProps('host')} />
            : <TextInput label="Client id" description="Of a registered client, or the address of its metadata document" data-autofocus autoComplete="off" spellCheck={false} maxLength={2048} required {...form.getInputProps('client')} />}
          <ProblemNote error={add.error} />
          <FormButtons action="Vouch for it" busy={add.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
