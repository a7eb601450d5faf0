import { Group, Text } from '@mantine/core';

export const Brand = () => (
  <Group gap="xs" wrap="nowrap">
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth="2.2" strokeLinecap="round">
      <circle cx="8" cy="8" r="4.5" />
      <path d="M11.5 11.5 20 20m-3.4-3.4 2-2" />
    </svg>
    <Text fw={650}>Latchkey</Text>
  </Group>
);
