import type { Invitation } from '@latchkey/contracts';
import { Select, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMemberNames } from '../../api/members.ts';
import { useAskPages } from '../../api/use-api.ts';
import { IconUsers } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { useChoice } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { orgRoleWords } from '../../words/roles.ts';
import { InvitationActions } from './invitation-actions.tsx';

const statuses = ['all', 'pending', 'expired', 'accepted', 'declined', 'revoked'] as const;

export function Invitations({ invite }: { invite: ReactNode }) {
  const nameOf = useMemberNames();
  const [status, setStatus] = useChoice('status', statuses, 'all');
  const list = useAskPages<Invitation>('/v1/members/invitations', { query: { status: status === 'all' ? undefined : status }, everyMs: 15_000 });
  return (
    <Stack>
      <Select aria-label="Which invitations" w={180} allowDeselect={false} value={status} onChange={setStatus} data={statuses.map((value) => ({ value, label: value === 'all' ? 'All' : value }))} />
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconUsers} title={status === 'all' ? 'Nobody was invited yet' : 'No such invitations'} action={status === 'all' ? invite : undefined}>Whoever is invited gets a mail with a link, signs in or makes an account, and belongs to the organization with the roles that you chose.</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <Table className="cards" aria-label="Invitations">
          <Table.Thead><Table.Tr><Table.Th>Address</Table.Th><Table.Th>As</Table.Th><Table.Th>Status</Table.Th><Table.Th>Sent</Table.Th><Table.Th>Ends</Table.Th><Table.Th w={48} aria-label="Actions" /></Table.Tr></Table.Thead>
          <Table.Tbody>
            {list.items.map((invitation) => (
              <Table.Tr key={invitation.id}>
                <Table.Td data-label="Address"><div><Text fw={600} component="span"><Foreign>{invitation.email}</Foreign></Text><Text size="xs" c="dimmed">invited by {shown(nameOf(invitation.invitedBy))}</Text></div></Table.Td>
                <Table.Td data-label="As"><div><Text size="sm">{orgRoleWords[invitation.role].name}</Text><Text size="xs" c="dimmed">{Object.entries(invitation.projects).map(([slug, role]) => `${slug} (${role})`).join(', ')}</Text></div></Table.Td>
                <Table.Td data-label="Status"><Status>{invitation.status}</Status></Table.Td>
                <Table.Td data-label="Sent"><Moment at={invitation.createdAt} /></Table.Td>
                <Table.Td data-label="Ends"><Moment at={invitation.expiresAt} /></Table.Td>
                <Table.Td><InvitationActions invitation={invitation} /></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <More list={list} />
    </Stack>
  );
}
