import type { EndedSession, EndedSessions, Session } from '@latchkey/contracts';
import { Button, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useAskPages, useChange } from '../../api/use-api.ts';
import { IconDeviceDesktop } from '../../icons.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Header } from '../../parts/header.tsx';
import { ago, Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';

const kinds = { console: 'this console', browser: 'the pages that connect programs' } as const;
const deviceOf = ({ device }: Session): string => (device === '' ? 'an unknown browser' : device);

export function Component() {
  const list = useAskPages<Session>('/v1/sessions', { everyMs: 30_000 });
  const [ending, setEnding] = useState<Session | 'all' | null>(null);
  const end = useChange<string, EndedSession>({ method: 'DELETE', path: (id) => `/v1/sessions/${id}` });
  const endAll = useChange<undefined, EndedSessions>({ method: 'DELETE', path: '/v1/sessions' });
  const close = () => setEnding(null);
  const every = list.items !== undefined && list.items.length > 0 ? <Button color="red" variant="light" onClick={() => setEnding('all')}>Sign out everywhere</Button> : undefined;
  return (
    <>
      <Header title="Where you are signed in" about="Your own sessions, in every browser. End what you do not know.">{every}</Header>
      <Stack>
        <ProblemNote error={list.error} />
        {list.isPending && <Waiting rows={3} height={56} />}
        {list.items?.length === 0 && <Empty icon={IconDeviceDesktop} title="Nowhere">You are signed in nowhere. This page will ask you to sign in when it is loaded again.</Empty>}
        {list.items !== undefined && list.items.length > 0 && (
          <Table className="cards" aria-label="Sessions">
            <Table.Thead><Table.Tr><Table.Th>Browser</Table.Th><Table.Th>Of</Table.Th><Table.Th>Last seen</Table.Th><Table.Th>Since</Table.Th><Table.Th>Ends</Table.Th><Table.Th w={90} aria-label="Actions" /></Table.Tr></Table.Thead>
            <Table.Tbody>
              {list.items.map((session) => (
                <Table.Tr key={session.id}>
                  <Table.Td data-label="Browser"><div><Text fw={600} component="span"><Foreign>{deviceOf(session)}</Foreign></Text>{session.address !== null && <Text size="xs" c="dimmed">from {session.address}</Text>}</div></Table.Td>
                  <Table.Td data-label="Of">{kinds[session.kind]}</Table.Td>
                  <Table.Td data-label="Last seen"><Moment at={session.lastSeenAt} /></Table.Td>
                  <Table.Td data-label="Since"><Moment at={session.createdAt} /></Table.Td>
                  <Table.Td data-label="Ends"><Moment at={session.expiresAt} /></Table.Td>
                  <Table.Td><Button size="xs" color="red" variant="light" aria-label={`End the session of ${shown(deviceOf(session))}, ${ago(session.createdAt)}`} onClick={() => setEnding(session)}>End</Button></Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <More list={list} />
      </Stack>
      {ending === 'all' && (
        <Destroy title="Sign out everywhere?" action="Sign out everywhere" busy={endAll.isPending} error={endAll.error} onClose={close} onConfirm={() => endAll.mutate(undefined, { onSuccess: () => location.reload() })}>
          Every browser has to sign in again, this one too. Keys and connected programs go on working.
        </Destroy>
      )}
      {ending !== null && ending !== 'all' && (
        <Destroy title="End this session?" action="End the session" busy={end.isPending} error={end.error} onClose={close} onConfirm={() => end.mutate(ending.id, { onSuccess: close })}>
          <Foreign>{deviceOf(ending)}</Foreign>, last seen {ago(ending.lastSeenAt)}{ending.address === null ? '' : ` from ${ending.address}`}, has to sign in again. If it is this browser, you are asked at once.
        </Destroy>
      )}
    </>
  );
}
