import { Box, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useAsk, type Page } from '../../api/use-api.ts';
import { lastDays } from './last-days.ts';

/** Charts are heavy, and a list is worth having before them. */
const Sparkline = lazy(async () => ({ default: (await import('@mantine/charts')).Sparkline }));

/** Uses of a key on each of the last 30 days. */
export function UsageLine({ id, used }: { id: string; used: boolean }) {
  const usage = useAsk<Page<{ name: string; calls: number }>>('/v1/pats/usage', { query: { by: 'day', key: id }, enabled: used });
  if (!used) return <Text span size="xs" c="dimmed">no calls</Text>;
  if (usage.data === undefined) return <Skeleton w={96} h={28} />;
  const total = usage.data.items.reduce((sum, { calls }) => sum + calls, 0);
  return (
    <Box w={96} role="img" aria-label={`${total} ${total === 1 ? 'call' : 'calls'} in 30 days`}>
      <Suspense fallback={<Skeleton w={96} h={28} />}><Sparkline w={96} h={28} data={lastDays(usage.data.items)} curveType="linear" color="brand" fillOpacity={0.25} strokeWidth={1.5} /></Suspense>
    </Box>
  );
}
