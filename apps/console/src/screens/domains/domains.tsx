import type { Domain } from '@latchkey/contracts';
import { Button, Stack } from '@mantine/core';
import { useIsAdmin } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconPlus, IconWorld } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { AddDomain } from './add-domain.tsx';
import { DomainCard } from './domain-card.tsx';

/** Domains that the organization says are its own. */
export function Domains() {
  const isAdmin = useIsAdmin();
  const [adding, setAdding] = useParam('new');
  const list = useAskPages<Domain>('/v1/domains', { everyMs: 15_000 });
  const add = isAdmin ? <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding('1')}>Add a domain</Button> : undefined;
  return (
    <Stack>
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={2} height={120} />}
      {list.items?.length === 0 && <Empty icon={IconWorld} title="No domains" action={add}>Prove that a domain is yours, and whoever signs in with a confirmed address in it becomes a member by themselves, if you want that.</Empty>}
      {list.items?.map((domain) => <DomainCard key={domain.domain} domain={domain} />)}
      {list.items !== undefined && list.items.length > 0 && <div>{add}</div>}
      <More list={list} />
      {adding !== '' && isAdmin && <AddDomain onClose={() => setAdding(null)} />}
    </Stack>
  );
}
