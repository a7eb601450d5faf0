import type { ListedAuditEvent } from '@latchkey/contracts';
import { entriesFor } from '@latchkey/contracts/console-questions';
import { Button, Group, SegmentedControl, Select, Stack, Switch, Table, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { useAskPages } from '../../api/use-api.ts';
import { IconDownload, IconListSearch } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Header } from '../../parts/header.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useChoice } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { EventRow } from './event-row.tsx';
import { VerifyChain } from './verify-chain.tsx';

const filters = ['action', 'actor', 'target', 'credential', 'requestId'] as const;
const labels: Record<(typeof filters)[number], string> = { action: 'Action begins with', actor: 'Who', target: 'What', credential: 'Credential', requestId: 'Request id' };
const tailMs = 2000;

export function Component() {
  const { org, role } = useOrg();
  const isAdmin = useIsAdmin();
  const nameOf = useMemberNames();
  const [params, setParams] = useSearchParams();
  const [tail, setTail] = useState(false);
  const [verifying, setVerifying] = useState(false);
  const [about, setAbout] = useChoice('about', ['acts', 'account'], 'acts');
  // What is tried with an account belongs to no organization, and is a list of its own for everybody.
  const ownAccount = !isAdmin && about === 'account';
  const fields = isAdmin ? filters : filters.filter((name) => name !== 'actor' && !(ownAccount && name === 'target'));
  const asked = Object.fromEntries([...fields, 'outcome', 'service'].map((name) => [name, params.get(name) ?? undefined]));
  const list = useAskPages<ListedAuditEvent>('/v1/audit', { query: { ...asked, ...(ownAccount ? { target: 'me' } : entriesFor(role)) }, ...(tail ? { everyMs: tailMs } : {}) });
  const set = (name: string, value: string) => setParams((before) => {
    if (value === '') before.delete(name);
    else before.set(name, value);
    return before;
  }, { replace: true });
  const items = list.items ?? [];
  return (
    <>
      <Header title="Audit log" about={isAdmin ? 'Every security-relevant act of all services, each entry chained to the one before it.' : 'What you did here, with whatever credential, and what was tried with your account.'}>
        {isAdmin && <Button variant="default" onClick={() => setVerifying(true)}>Verify the chain</Button>}
        {isAdmin && <Button variant="default" component="a" href={`/console/api/v1/audit/export?org=${org}`} download leftSection={<IconDownload size={16} />}>Export</Button>}
      </Header>
      <Stack>
        {!isAdmin && <SegmentedControl aria-label="Which entries" value={about} onChange={setAbout} data={[{ value: 'acts', label: 'What you did' }, { value: 'account', label: 'Tried with your account' }]} />}
        <Group align="flex-end" role="search" aria-label="Filters">
          {fields.map((name) => <TextInput key={name} label={labels[name]} w={{ base: '47%', xs: 170 }} defaultValue={params.get(name) ?? ''} autoComplete="off" spellCheck={false} maxLength={256} onBlur={(event) => set(name, event.currentTarget.value.trim())} onKeyDown={(event) => { if (event.key === 'Enter') set(name, event.currentTarget.value.trim()); }} />)}
          <Select label="Outcome" w={{ base: '47%', xs: 130 }} clearable placeholder="any" data={['success', 'refused', 'failed']} value={params.get('outcome')} onChange={(next) => set('outcome', next ?? '')} />
          <Select label="Service" w={{ base: '47%', xs: 130 }} clearable placeholder="any" data={['identity', 'keys', 'gateway']} value={params.get('service')} onChange={(next) => set('service', next ?? '')} />
          <Switch label="Live" checked={tail} onChange={(event) => setTail(event.currentTarget.checked)} mb={8} />
        </Group>
        <ProblemNote error={list.error} />
        {list.isPending && <Waiting rows={8} height={48} />}
        {list.items !== undefined && items.length === 0 && <Empty icon={IconListSearch} title="No such entries">Sign-ins, keys, changes of members and policies, and every call of a tool are written down here within a second or two.</Empty>}
        {items.length > 0 && (
          <Table className="cards" aria-label="Entries">
            <Table.Thead><Table.Tr><Table.Th>When</Table.Th><Table.Th>Action</Table.Th><Table.Th>Who</Table.Th><Table.Th>What</Table.Th><Table.Th>Outcome</Table.Th><Table.Th aria-label="More" /></Table.Tr></Table.Thead>
            <Table.Tbody>{items.map((event) => <EventRow key={event.id} event={event} nameOf={nameOf} />)}</Table.Tbody>
          </Table>
        )}
        <More list={list} />
      </Stack>
      {verifying && <VerifyChain onClose={() => setVerifying(false)} />}
    </>
  );
}
