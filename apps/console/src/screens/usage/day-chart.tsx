import { Box, Skeleton, Text, VisuallyHidden } from '@mantine/core';
import '@mantine/charts/styles.css';
import { lazy, Suspense } from 'react';

const BarChart = lazy(async () => ({ default: (await import('@mantine/charts')).BarChart }));

/** Calls of each day, oldest first; said in a table too, for whoever does not see a chart. */
export function DayChart({ days }: { days: readonly number[] }) {
  const rows = days.map((calls, index) => ({ day: new Date(Date.now() - (days.length - 1 - index) * 86_400_000).toISOString().slice(5, 10), calls }));
  return (
    <Box component="figure" m={0}>
      <Text component="figcaption" size="sm" fw={600} mb="sm">Calls by day</Text>
      <div aria-hidden="true"><Suspense fallback={<Skeleton h={220} />}><BarChart h={220} data={rows} dataKey="day" series={[{ name: 'calls', color: 'brand.6', label: 'Calls' }]} yAxisProps={{ allowDecimals: false }} barChartProps={{ accessibilityLayer: false }} /></Suspense></div>
      <VisuallyHidden><table><caption>Calls by day</caption><tbody>{rows.filter(({ calls }) => calls > 0).map(({ day, calls }) => <tr key={day}><th scope="row">{day}</th><td>{calls}</td></tr>)}</tbody></table></VisuallyHidden>
    </Box>
  );
}
