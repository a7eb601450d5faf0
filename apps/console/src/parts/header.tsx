import { Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { shown } from './foreign.tsx';

/** Heads every screen: what it is, what it is for, and what can be done here. */
export function Header({ title, about, children }: { title: string; about?: ReactNode; children?: ReactNode }) {
  useDocumentTitle(`${shown(title)} · Latchkey`);
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="md">
      <Stack gap={4} maw={680} miw={0}>
        <Title order={1} size="h2" className="foreign">{shown(title)}</Title>
        {about !== undefined && <Text c="dimmed">{about}</Text>}
      </Stack>
      {children !== undefined && <Group gap="sm">{children}</Group>}
    </Group>
  );
}
