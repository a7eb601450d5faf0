import type { LinkedSubject, Member } from '@latchkey/contracts';
import { Box, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useOrg } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { fieldProblems } from '../../api/problem.ts';
import { useAsk, useAskPages, useChange, type Page } from '../../api/use-api.ts';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ForgetSubject } from './forget-subject.tsx';

/** Who is who at an issuer, once somebody wants to know. */
export function Subjects({ issuer }: { issuer: string }) {
  const [opened, { toggle }] = useDisclosure();
  return (
    <div>
      <Button size="xs" variant="default" aria-expanded={opened} onClick={toggle}>{opened ? 'Hide who is who' : 'Who is who there'}</Button>
      {opened && <Box mt="sm"><SubjectList issuer={issuer} /></Box>}
    </div>
  );
}

function SubjectList({ issuer }: { issuer: string }) {
  const { role } = useOrg();
  const nameOf = useMemberNames();
  const path = `/v1/trusted-issuers/${issuer}/subjects`;
  const list = useAskPages<LinkedSubject>(path);
  const [forgetting, setForgetting] = useState<LinkedSubject | null>(null);
  return (
    <Stack gap="sm">
      <ProblemNote error={list.error} />
      {list.items?.length === 0 && <Text size="sm" c="dimmed">Nobody is known there yet.</Text>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Who is who">
          <Table.Thead><Table.Tr><Table.Th>There</Table.Th><Table.Th>Here</Table.Th><Table.Th>Known by</Table.Th><Table.Th>Since</Table.Th><Table.Th w={90} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map((link) => (
              <Table.Tr key={link.id}>
                <Table.Td data-label="There"><Foreign>{link.subject}</Foreign></Table.Td>
                <Table.Td data-label="Here"><Foreign>{nameOf(link.user)}</Foreign></Table.Td>
                <Table.Td data-label="Known by">{link.linkedBy === 'email' ? 'a verified address' : 'an owner'}</Table.Td>
                <Table.Td data-label="Since"><Moment at={link.createdAt} /></Table.Td>
                <Table.Td>{role === 'owner' && <Button size="xs" color="red" variant="light" aria-label={`Forget ${shown(link.subject)}`} onClick={() => setForgetting(link)}>Forget</Button>}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
      {forgetting !== null && <ForgetSubject subject={forgetting} path={path} onClose={() => setForgetting(null)} />}
      {role === 'owner' && <LinkSubject path={path} />}
    </Stack>
  );
}

function LinkSubject({ path }: { path: string }) {
  const members = useAsk<Page<Member>>('/v1/members', { query: { limit: 100 } });
  const link = useChange<{ subject: string; user: string }, LinkedSubject>({ method: 'POST', path });
  const form = useForm({ initialValues: { subject: '', user: '' }, validate: { subject: (subject) => (subject.trim() === '' ? 'The value of sub.' : null), user: (user) => (user === '' ? 'Choose a member.' : null) } });
  return (
    <form onSubmit={form.onSubmit((fields) => link.mutate(fields, { onSuccess: () => form.reset(), onError: (error) => form.setErrors(fieldProblems(error)) }))} noValidate>
      <Group align="flex-start">
        <TextInput label="There (sub)" autoComplete="off" spellCheck={false} maxLength={255} {...form.getInputProps('subject')} />
        <Select label="Here" searchable data={members.data?.items.map(({ user, name, email }) => ({ value: user, label: shown(`${name} ${email}`, 60) })) ?? []} {...form.getInputProps('user')} />
        <Button type="submit" variant="default" mt={25} loading={link.isPending}>Name them</Button>
      </Group>
      <ProblemNote error={link.error} />
    </form>
  );
}
