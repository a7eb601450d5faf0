import { Text, Tooltip } from '@mantine/core';

const units = [['day', 86_400], ['hour', 3600], ['minute', 60]] as const;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `3 minutes ago`, `in 2 days`. */
export function ago(iso: string, nowMs = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1000);
  // A month that began a moment ago has 30 days, and an hour that lacks some seconds is one.
  const unit = units.find(([, size], index) => Math.abs(seconds) >= size - (units[index + 1]?.[1] ?? 0) / 2);
  return unit === undefined ? 'just now' : relative.format(Math.round(seconds / unit[1]), unit[0]);
}

/** A moment from here, and exactly on demand. */
export const Moment = ({ at, never = 'never' }: { at: string | null | undefined; never?: string }) =>
  at === null || at === undefined ? <Text span inherit c="dimmed">{never}</Text> : <Tooltip label={exact.format(new Date(at))}><time dateTime={at} tabIndex={0}>{ago(at)}</time></Tooltip>;
