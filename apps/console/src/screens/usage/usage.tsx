import type { ListedAuditEvent, Pat } from '@latchkey/contracts';
import { entriesFor } from '@latchkey/contracts/console-questions';
import { Group, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useIsAdmin, useMe, useOrg } from '../../api/me.tsx';
import { useAsk, type Page } from '../../api/use-api.ts';
import { IconChartBar } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Header } from '../../parts/header.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useChoice } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { Figure } from '../home/figure.tsx';
import { lastDays } from '../keys/last-days.ts';
import { DayChart } from './day-chart.tsx';
import { Ranking } from './ranking.tsx';

type Uses = Page<{ name: string; calls: number }>;
const spans = { '7': '7 days', '30': '30 days', '90': '90 days' } as const;
const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);

export function Component() {
  const { org, role } = useOrg();
  const { user } = useMe();
  const isAdmin = useIsAdmin();
  const [span, setSpan] = useChoice('days', Object.keys(spans) as (keyof typeof spans)[], '30');
  const days = Number(span);
  const within = { from: day(days - 1), to: day(0), ...(isAdmin ? {} : { owner: user.id }) };
  const byDay = useAsk<Uses>('/v1/pats/usage', { query: { ...within, by: 'day', limit: 1000 } });
  const byKey = useAsk<Uses>('/v1/pats/usage', { query: { ...within, by: 'key', limit: 20 } });
  const byServer = useAsk<Uses>('/v1/pats/usage', { query: { ...within, by: 'server', limit: 20 } });
  const byTool = useAsk<Uses>('/v1/pats/usage', { query: { ...within, by: 'tool', limit: 20 } });
  const refusals = useAsk<Page<ListedAuditEvent>>('/v1/audit', { query: { ...entriesFor(role), outcome: 'refused', from: `${within.from}T00:00:00.000Z`, limit: 100 } });
  const keys = useAsk<Page<Pat>>('/v1/pats', { query: { limit: 100 } });
  const names = new Map(keys.data?.items.map(({ id, name }) => [id, name]));
  const total = byDay.data?.items.reduce((sum, { calls }) => sum + calls, 0);
  const base = `/orgs/${org}`;
  return (
    <>
      <Header title="Usage" about={isAdmin ? 'Calls with keys in the organization, a minute behind at most. Days are those of UTC.' : 'Calls with your keys, a minute behind at most. Days are those of UTC.'}>
        <Select aria-label="Of how many days" w={140} allowDeselect={false} value={span} onChange={setSpan} data={Object.entries(spans).map(([value, label]) => ({ value, label: `Last ${label}` }))} />
      </Header>
      <Stack gap="xl">
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Figure label={`Calls in ${spans[span]}`} value={total} error={byDay.error} to={`${base}/keys`} />
          <Figure label={`Refusals in ${spans[span]}`} value={refusals.data === undefined ? undefined : refusals.data.nextCursor === null ? refusals.data.items.length : '100+'} error={refusals.error} to={`${base}/audit?outcome=refused`} />
        </SimpleGrid>
        <ProblemNote error={byDay.error} />
        {byDay.isPending && <Waiting rows={1} height={220} />}
        {byDay.data !== undefined && (total === 0
          ? <Empty icon={IconChartBar} title="No calls yet">As soon as a key calls a tool it counts here: by day, by key, by server and by tool.</Empty>
          : <DayChart days={lastDays(byDay.data.items, days)} />)}
        {total !== undefined && total > 0 && (
          <SimpleGrid cols={{ base: 1, md: 3 }}>
            <Ranking title="Keys" asked={byKey} nameOf={(id) => names.get(id) ?? id} />
            <Ranking title="Servers" asked={byServer} nameOf={(name) => (name === '' ? 'Latchkey itself' : name)} />
            <Ranking title="Tools" asked={byTool} nameOf={(name) => (name === '' ? 'not a tool' : name.replace(/^:/, 'Latchkey itself: '))} />
          </SimpleGrid>
        )}
        <Group><Text size="xs" c="dimmed">Calls of programs that a person connected are in the audit log.</Text></Group>
      </Stack>
    </>
  );
}
