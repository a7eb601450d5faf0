/** Two machines whose clocks differ by more than this cannot work together: what one issues now is not yet, or no longer, valid for the other. */
export const greatestSkewMs = 60_000;

/** What another clock said, and when we asked and heard it by ours. All in milliseconds since 1970. */
export interface ClockReading {
  theirsMs: number;
  askedAtMs: number;
  heardAtMs: number;
}

/** By how much ours is ahead, at least: the other was read at some moment between question and answer. */
export function skewMs({ theirsMs, askedAtMs, heardAtMs }: ClockReading): number {
  if (theirsMs > heardAtMs) return heardAtMs - theirsMs;
  return theirsMs < askedAtMs ? askedAtMs - theirsMs : 0;
}

/** @returns what is wrong and its cure, where that is more than two machines may differ */
export function skewProblem(whose: string, reading: ClockReading): string | null {
  const skew = skewMs(reading);
  if (Math.abs(skew) <= greatestSkewMs) return null;
  const seconds = Math.round(Math.abs(skew) / 1000);
  return `The clock of this machine is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} that of ${whose}; ${greatestSkewMs / 1000} s is the most. Synchronize both (NTP: chronyd, systemd-timesyncd), then start again.`;
}
