import type { Organization } from '@latchkey/contracts';
import { Alert, Button, Card, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Header } from '../../parts/header.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { DeleteOrganization } from './delete-organization.tsx';
import { RevokeAll } from './revoke-all.tsx';

export function Component() {
  const { org, role, name } = useOrg();
  const isAdmin = useIsAdmin();
  const [asked, setAsked] = useState<'revoke' | 'delete' | null>(null);
  return (
    <>
      <Header title="Settings of the organization" about="What it is called, and what ends all of it." />
      <Stack maw={720}>
        {!isAdmin && <Alert>You can see what it is called. Owners and administrators change it.</Alert>}
        <Rename key={name} />
        {isAdmin && (
          <Danger title="Revoke everything" action="Revoke everything" onClick={() => setAsked('revoke')}>
            Every key and every connected program of every member is refused within seconds. For when something has leaked, and nobody knows what.
          </Danger>
        )}
        {role === 'owner' && (
          <Danger title="Delete the organization" action="Delete the organization" onClick={() => setAsked('delete')}>
            Its servers, keys, programs and memberships end for good, and nobody gets its short name <Code>{org}</Code> again.
          </Danger>
        )}
      </Stack>
      {asked === 'revoke' && <RevokeAll onClose={() => setAsked(null)} />}
      {asked === 'delete' && <DeleteOrganization onClose={() => setAsked(null)} />}
    </>
  );
}

function Rename() {
  const { org, name } = useOrg();
  const isAdmin = useIsAdmin();
  const client = useQueryClient();
  const rename = useChange<{ name: string }, Organization>({ method: 'PATCH', path: `/v1/orgs/${org}` });
  const form = useForm({ initialValues: { name }, validate: { name: (text) => (text.trim() === '' ? 'Give it a name.' : null) } });
  const submit = form.onSubmit((fields) => rename.mutate(fields, {
    onSuccess: () => void client.invalidateQueries({ queryKey: ['me'] }).then(() => notifications.show({ message: 'Renamed.' })),
    onError: (error) => form.setErrors(fieldProblems(error)),
  }));
  return (
    <Card withBorder component="form" onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput label="Name" description={<>What people see. Its short name, <Code>{org}</Code>, stands in addresses and keys and stays.</>} readOnly={!isAdmin} autoComplete="off" maxLength={100} {...form.getInputProps('name')} />
        <ProblemNote error={rename.error} />
        {isAdmin && <Group><Button type="submit" loading={rename.isPending} disabled={!form.isDirty()}>Rename</Button></Group>}
      </Stack>
    </Card>
  );
}

const Danger = ({ title, action, onClick, children }: { title: string; action: string; onClick: () => void; children: ReactNode }) => (
  <Card withBorder component="section" aria-label={title}>
    <Group justify="space-between" align="flex-start">
      <Stack gap={4} flex={1} miw={240}><Title order={2} size="h5">{title}</Title><Text size="sm" c="dimmed">{children}</Text></Stack>
      <Button color="red" variant="light" onClick={onClick}>{action}</Button>
    </Group>
  </Card>
);
