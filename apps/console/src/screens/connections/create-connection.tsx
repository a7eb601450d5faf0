import type { Connection, CreateConnection as CreateConnectionBody, Server } from '@latchkey/contracts';
import { Button, Group, PasswordInput, SegmentedControl, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldProblems } from '../../api/problem.ts';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

interface Fields {
  name: string;
  server: string;
  kind: 'static' | 'oauth';
  per: 'project' | 'user';
  header: string;
  value: string;
  scopes: string[];
}

export function CreateConnection({ onClose }: { onClose: () => void }) {
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 } });
  const create = useChange<Fields, Connection>({
    method: 'POST',
    path: '/v1/connections',
    body: ({ name, server, kind, per, header, value, scopes }): Partial<CreateConnectionBody> => ({
      name, server, kind, per,
      project: servers.data?.items.find(({ slug }) => slug === server)?.project ?? '',
      ...(kind === 'static' ? { header, ...(per === 'project' ? { value } : {}) } : scopes.length === 0 ? {} : { oauth: { scopes } }),
    }),
  });
  const form = useForm<Fields>({
    initialValues: { name: '', server: '', kind: 'static', per: 'project', header: 'Authorization', value: '', scopes: [] },
    validate: {
      name: (name) => (name.trim() === '' ? 'How people will call it.' : null),
      server: (server) => (server === '' ? 'Choose the server that it is for.' : null),
      value: (value, { kind, per }) => (kind === 'static' && per === 'project' && value === '' ? 'What the server wants to see.' : null),
    },
  });
  const { kind, per } = form.values;
  return (
    <Dialog onClose={onClose} title="Add a connection" size="lg">
      <form onSubmit={form.onSubmit((fields) => create.mutate(fields, { onSuccess: onClose, onError: (error) => form.setErrors(fieldProblems(error)) }))} noValidate>
        <Stack>
          <TextInput label="Name" required data-autofocus autoComplete="off" maxLength={100} {...form.getInputProps('name')} />
          <Select label="Server" required allowDeselect={false} data={servers.data?.items.map(({ slug, name }) => ({ value: slug, label: shown(name) })) ?? []} {...form.getInputProps('server')} />
          <SegmentedControl aria-label="Kind" data={[{ value: 'static', label: 'A fixed value' }, { value: 'oauth', label: 'A sign-in (OAuth)' }]} {...form.getInputProps('kind')} />
          <SegmentedControl aria-label="Whose" data={[{ value: 'project', label: 'One for the project' }, { value: 'user', label: 'Each user has their own' }]} {...form.getInputProps('per')} />
          {kind === 'static' && <TextInput label="Header" autoComplete="off" spellCheck={false} maxLength={64} {...form.getInputProps('header')} />}
          {kind === 'static' && per === 'project' && <PasswordInput label="Value" description="The whole of it: with “Bearer ” in front where the server wants that. It is never shown again." autoComplete="off" {...form.getInputProps('value')} />}
          {kind === 'oauth' && <><TagsInput label="Scopes" placeholder={form.values.scopes.length === 0 ? 'As the server says' : ''} {...form.getInputProps('scopes')} /><Text size="sm" c="dimmed">Where to sign in is found by asking the server. Afterwards, choose “Connect in the browser”.</Text></>}
          <ProblemNote error={create.error} />
          <Group justify="flex-end"><Button variant="default" onClick={onClose}>Cancel</Button><Button type="submit" loading={create.isPending}>Add connection</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
