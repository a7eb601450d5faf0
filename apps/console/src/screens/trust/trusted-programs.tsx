import type { TrustedClient } from '@latchkey/contracts';
import { Anchor, Button, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { useAskPages, useChange } from '../../api/use-api.ts';
import { IconApps, IconPlus } from '../../icons.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { VouchFor } from './vouch-for.tsx';

/** Programs that the organization vouches for: one by its id, or all that are published at a host. */
export function TrustedPrograms() {
  const { org } = useOrg();
  const isAdmin = useIsAdmin();
  const nameOf = useMemberNames();
  const [adding, setAdding] = useParam('new');
  const [ending, setEnding] = useState<TrustedClient | null>(null);
  const list = useAskPages<TrustedClient>('/v1/trusted-clients');
  const end = useChange<string, TrustedClient>({ method: 'DELETE', path: (id) => `/v1/trusted-clients/${id}`, touches: ['oauth-clients', 'grants'] });
  const add = isAdmin ? <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding('1')}>Vouch for programs</Button> : undefined;
  const close = () => setEnding(null);
  return (
    <Stack>
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={3} height={56} />}
      {list.items?.length === 0 && <Empty icon={IconApps} title="Nobody vouches for any program" action={add}>A program can call itself what it likes. Those that are vouched for are shown as verified when members are asked, and the policy can let no others in.</Empty>}
      {list.items !== undefined && list.items.length > 0 && (
        <>
          <Table className="cards" aria-label="Trusted programs">
            <Table.Thead><Table.Tr><Table.Th>Which</Table.Th><Table.Th>By</Table.Th><Table.Th>Since</Table.Th><Table.Th w={90} aria-label="Actions" /></Table.Tr></Table.Thead>
            <Table.Tbody>
              {list.items.map((row) => (
                <Table.Tr key={row.id}>
                  <Table.Td data-label="Which"><div><Text fw={600} component="span"><Foreign max={120}>{row.value}</Foreign></Text><Text size="xs" c="dimmed">{row.kind === 'host' ? 'every program that is published at this host' : 'this program'}</Text></div></Table.Td>
                  <Table.Td data-label="By">{row.addedBy === null ? 'its own registration' : <Foreign>{nameOf(row.addedBy)}</Foreign>}</Table.Td>
                  <Table.Td data-label="Since"><Moment at={row.createdAt} /></Table.Td>
                  <Table.Td>{isAdmin && <Button size="xs" color="red" variant="light" aria-label={`End the trust in ${shown(row.value)}`} onClick={() => setEnding(row)}>End</Button>}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <div>{add}</div>
        </>
      )}
      <More list={list} />
      <Text size="sm" c="dimmed">A single program that is registered is also vouched for on its own page, at <Anchor component={Link} inherit underline="always" to={`/orgs/${org}/oauth-clients`}>OAuth clients</Anchor>.</Text>
      {adding !== '' && isAdmin && <VouchFor onClose={() => setAdding(null)} />}
      {ending !== null && (
        <Destroy title="End this trust?" action="End the trust" busy={end.isPending} error={end.error} onClose={close} onConfirm={() => end.mutate(ending.id, { onSuccess: close })}>
          Programs at <Foreign max={120}>{ending.value}</Foreign> count as unverified again. Where the policy lets trusted programs only, those that members have connected are refused within seconds.
        </Destroy>
      )}
    </Stack>
  );
}
