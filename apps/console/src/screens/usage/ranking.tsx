import { Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import type { Page } from '../../api/use-api.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';

const number = new Intl.NumberFormat('en');

interface RankingProps {
  title: string;
  asked: { data: Page<{ name: string; calls: number }> | undefined; error: Error | null };
  nameOf: (name: string) => string;
}

/** The most used first. */
export function Ranking({ title, asked: { data, error }, nameOf }: RankingProps) {
  const most = Math.max(1, ...(data?.items.map(({ calls }) => calls) ?? []));
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h5" mb="sm">{title}</Title>
      <ProblemNote error={error} />
      {data === undefined && error === null && <Waiting rows={3} height={28} />}
      <Stack gap="sm">
        {data?.items.map(({ name, calls }) => (
          <div key={name}>
            <Group justify="space-between" wrap="nowrap" gap="xs"><Text size="sm" miw={0}><Foreign>{nameOf(name)}</Foreign></Text><Text size="sm" c="dimmed" flex="none">{number.format(calls)}</Text></Group>
            <Progress value={(calls / most) * 100} size="sm" mt={4} aria-hidden="true" />
          </div>
        ))}
      </Stack>
    </Card>
  );
}
