import { Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Icon as IconType } from '../icons.ts';

/** Where there is nothing yet: what it would be good for, and the first step. */
export const Empty = ({ icon: Icon, title, children, action }: { icon: IconType; title: string; children: ReactNode; action?: ReactNode }) => (
  <Paper withBorder p="xl">
    <Stack align="center" gap="sm" ta="center" maw={520} mx="auto" py="lg">
      <ThemeIcon variant="light" size={48} radius="xl"><Icon size={26} stroke={1.6} aria-hidden /></ThemeIcon>
      <Title order={2} size="h4">{title}</Title>
      <Text c="dimmed">{children}</Text>
      {action}
    </Stack>
  </Paper>
);
