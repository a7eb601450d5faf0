/** Calls of each of the last days, oldest first; days without any are not in what the API tells. */
export function lastDays(items: readonly { name: string; calls: number }[], days = 30, nowMs = Date.now()): number[] {
  const byDay = new Map(items.map(({ name, calls }) => [name, calls]));
  return Array.from({ length: days }, (_, index) => byDay.get(new Date(nowMs - (days - 1 - index) * 86_400_000).toISOString().slice(0, 10)) ?? 0);
}
