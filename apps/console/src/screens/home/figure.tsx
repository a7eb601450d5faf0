import { Card, Skeleton, Text } from '@mantine/core';
import { Link } from 'react-router';

interface FigureProps {
  label: string;
  value: number | string | undefined;
  note?: string | undefined;
  alarming?: boolean;
  error: unknown;
  /** Why it cannot be read, where that is no failure */
  refusal?: string | undefined;
  to: string;
}

/** What formats large numbers takes a while to make; most numbers are small. */
const inDigits = (value: number): string => (value < 1000 ? String(value) : value.toLocaleString('en'));

/** One live number, and the way to what is behind it. */
export const Figure = ({ label, value, note, alarming = false, error, refusal = 'cannot be read right now', to }: FigureProps) => (
  <Card withBorder component={Link} to={to} p="md">
    <Text size="sm" c="dimmed">{label}</Text>
    {value === undefined && error === null ? <Skeleton h={36} w={64} mt={4} /> : <Text fz={28} lh="36px" mt={4} fw={650}>{value === undefined ? '–' : typeof value === 'number' ? inDigits(value) : value}</Text>}
    <Text size="xs" mih={18} c={alarming ? 'red' : 'dimmed'}>{value === undefined && error !== null ? refusal : note}</Text>
  </Card>
);
