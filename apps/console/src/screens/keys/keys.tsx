import type { Pat } from '@latchkey/contracts';
import { Button, Checkbox, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useIsAdmin, useMe } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconKey, IconPlus } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Header } from '../../parts/header.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useChoice, useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { CreateKey } from './create-key.tsx';
import { KeyRow } from './key-row.tsx';
import { isLive } from './live.ts';
import { RevokeKeys } from './revoke-keys.tsx';

const dayMs = 86_400_000;
/** The same all day, so that it is the same question. */
const monthAgo = (): string => new Date(Math.floor(Date.now() / dayMs) * dayMs - 30 * dayMs).toISOString();

const views = {
  all: { label: 'All', query: () => ({}) },
  active: { label: 'Active', query: () => ({ status: 'active' }) },
  unused: { label: 'Unused', query: () => ({ unusedSince: monthAgo() }) },
  revoked: { label: 'Revoked', query: () => ({ status: 'revoked' }) },
} as const;
type View = keyof typeof views;

export function Component() {
  const { user } = useMe();
  const isAdmin = useIsAdmin();
  const [view, setView] = useChoice('show', Object.keys(views) as View[], 'all');
  const [of, setOf] = useChoice('of', ['mine', 'everybody'], 'mine');
  const whose = isAdmin && of === 'everybody' ? undefined : user.id;
  const list = useAskPages<Pat>('/v1/pats', { query: { ...views[view].query(), owner: whose } });
  // What ends soon is alive, too, and stands first: the API tells the two apart.
  const ending = useAskPages<Pat>('/v1/pats', { query: { status: 'expiring', owner: whose }, enabled: view === 'active' });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [revoking, setRevoking] = useState<readonly Pat[]>([]);
  const [creating, setCreating] = useParam('new');

  const isPending = list.isPending || (view === 'active' && ending.isPending);
  const items = isPending ? [] : [...(view === 'active' ? (ending.items ?? []) : []), ...(list.items ?? [])];
  const live = items.filter(isLive);
  const picked = live.filter(({ id }) => chosen.has(id));
  const toggle = (id: string, on: boolean) => setChosen((before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)));
  const create = <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating('1')}>Create key</Button>;
  return (
    <>
      <Header title="API keys" about="A key lets a program call tools, or manage Latchkey, as you: never more than you may yourself.">{create}</Header>
      <Stack>
        <Group justify="space-between">
          <SegmentedControl aria-label="Which keys" value={view} onChange={setView} data={Object.entries(views).map(([value, { label }]) => ({ value, label }))} />
          {isAdmin && <SegmentedControl aria-label="Whose keys" value={whose === undefined ? 'everybody' : 'mine'} onChange={setOf} data={[{ value: 'mine', label: 'Mine' }, { value: 'everybody', label: "Everybody's" }]} />}
        </Group>
        {picked.length > 0 && <Group><Text size="sm">{picked.length} chosen</Text><Button size="xs" color="red" variant="light" onClick={() => setRevoking(picked)}>Revoke {picked.length === 1 ? 'it' : `these ${picked.length}`}</Button></Group>}
        <ProblemNote error={list.error ?? ending.error} />
        {isPending && <Waiting rows={4} height={56} />}
        {!isPending && list.items !== undefined && items.length === 0 && (view === 'all'
          ? <Empty icon={IconKey} title="No keys yet" action={create}>A key is what a program shows in place of a sign-in: in a build, on a server, in a script. Programs with a person before them need none, they sign in by themselves.</Empty>
          : <Empty icon={IconKey} title="No such keys">{view === 'unused' ? 'Every key was used within the last 30 days. Keys that nobody uses turn up here, so that they can be revoked before somebody else finds them.' : 'Choose another view above.'}</Empty>)}
        {items.length > 0 && (
          <Table className="cards" aria-label="Keys">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={40}><Checkbox aria-label="Choose all" checked={picked.length > 0 && picked.length === live.length} indeterminate={picked.length > 0 && picked.length < live.length} disabled={live.length === 0} onChange={(event) => setChosen(new Set(event.currentTarget.checked ? live.map(({ id }) => id) : []))} /></Table.Th>
                <Table.Th>Name</Table.Th><Table.Th>Key</Table.Th><Table.Th>Status</Table.Th><Table.Th>Last used</Table.Th><Table.Th>30 days</Table.Th><Table.Th>Ends</Table.Th><Table.Th w={48} aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>{items.map((key) => <KeyRow key={key.id} pat={key} chosen={chosen.has(key.id)} onChoose={(on) => toggle(key.id, on)} onRevoke={() => setRevoking([key])} />)}</Table.Tbody>
          </Table>
        )}
        {view === 'active' && ending.hasNextPage ? <More list={ending} /> : <More list={list} />}
      </Stack>
      {creating !== '' && <CreateKey onClose={() => setCreating(null)} />}
      {revoking.length > 0 && <RevokeKeys keys={revoking} onClose={() => { setRevoking([]); setChosen(new Set()); }} />}
    </>
  );
}
