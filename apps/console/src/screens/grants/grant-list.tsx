import type { IssuedGrant } from '@latchkey/contracts';
import { Button, Code, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useMe } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconPlugConnected } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { useChoice } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { RevokeGrant } from './revoke-grant.tsx';

const statuses = ['active', 'expired', 'revoked', 'all'] as const;

interface GrantListProps {
  user?: string;
  client?: string;
  /** More to choose by */
  children?: ReactNode;
}

/** Programs that are, or were, connected: of a person, of a client, or of everybody. */
export function GrantList({ user, client, children }: GrantListProps) {
  const me = useMe();
  const [status, setStatus] = useChoice('status', statuses, 'active');
  const [revoking, setRevoking] = useState<IssuedGrant | null>(null);
  const list = useAskPages<IssuedGrant>('/v1/grants', { query: { user, client, status: status === 'all' ? undefined : status } });
  return (
    <Stack>
      <Group justify="space-between"><SegmentedControl aria-label="Which status" value={status} onChange={setStatus} data={statuses.map((value) => ({ value, label: value === 'all' ? 'All' : value === 'active' ? 'Active' : value === 'expired' ? 'Expired' : 'Revoked' }))} />{children}</Group>
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconPlugConnected} title={status === 'active' ? 'Nothing is connected' : 'None like that'}>{status === 'active' ? 'When somebody connects a client to a server and presses Allow, it stands here: what it may do, and when it last did something.' : 'Choose another status above.'}</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Connected programs">
          <Table.Thead><Table.Tr><Table.Th>Program</Table.Th><Table.Th>Of</Table.Th><Table.Th>May</Table.Th><Table.Th>Status</Table.Th><Table.Th>Last used</Table.Th><Table.Th>Ends</Table.Th><Table.Th w={110} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map((grant) => {
              const name = grant.client.name ?? grant.client.id;
              return (
                <Table.Tr key={grant.id}>
                  <Table.Td data-label="Program"><div><Text fw={600} component="span" className={grant.status === 'active' ? undefined : 'over'}><Foreign>{name}</Foreign></Text><Text size="xs" c="dimmed">{grant.client.redirect === null ? 'a device' : <>answers went to <Foreign>{grant.client.redirect}</Foreign></>}</Text></div></Table.Td>
                  <Table.Td data-label="Of">{grant.user === me.user.id ? 'you' : <Foreign>{grant.email}</Foreign>}</Table.Td>
                  <Table.Td data-label="May"><div><Code>{grant.scopes.join(' ')}</Code><Text size="xs" c="dimmed"><Foreign max={120}>{grant.resource ?? 'everywhere'}</Foreign></Text></div></Table.Td>
                  <Table.Td data-label="Status"><Status>{grant.status}</Status></Table.Td>
                  <Table.Td data-label="Last used"><div><Moment at={grant.lastUsedAt} />{grant.address !== null && <Text size="xs" c="dimmed">from {grant.address}</Text>}</div></Table.Td>
                  <Table.Td data-label="Ends"><Moment at={grant.revokedAt ?? grant.expiresAt} /></Table.Td>
                  <Table.Td>{grant.status === 'active' && <Button size="xs" color="red" variant="light" aria-label={`Disconnect ${shown(name)}`} onClick={() => setRevoking(grant)}>Disconnect</Button>}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
      {revoking !== null && <RevokeGrant grant={revoking} onClose={() => setRevoking(null)} />}
    </Stack>
  );
}
