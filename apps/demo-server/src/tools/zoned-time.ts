/** A wall-clock time without a zone, as `2026-07-28T14:30`. */
const localTime = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The wall clock of a zone at an instant, as `2026-07-28T14:30:00`. */
export function wallClock(instant: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
  return format.format(instant).replace(' ', 'T');
}

/**
 * The instant at which the wall clock of a zone shows `text`. An hour that occurs twice means its first pass; one that a clock change skips
 * is read with the offset before the change.
 * @returns null when `text` is no local time
 */
export function instantOf(text: string, timeZone: string): Date | null {
  if (!localTime.test(text)) return null;
  const asIfUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asIfUtc)) return null;
  const offsetAt = (time: number) => Date.parse(`${wallClock(new Date(time), timeZone)}Z`) - Math.floor(time / 1000) * 1000;
  const day = 24 * 60 * 60 * 1000;
  const candidates = [asIfUtc - offsetAt(asIfUtc - day), asIfUtc - offsetAt(asIfUtc + day)];
  const matching = candidates.filter((time) => asIfUtc - offsetAt(time) === time);
  return new Date(matching.length === 0 ? (candidates[0] ?? asIfUtc) : Math.min(...matching));
}
