import { instantOf, isTimeZone, wallClock } from './zoned-time.ts';

describe('instantOf', () => {
  it.each([
    ['2026-07-28T14:30', 'Europe/Berlin', '2026-07-28T12:30:00.000Z'],
    ['2026-01-28T14:30', 'Europe/Berlin', '2026-01-28T13:30:00.000Z'],
    ['2026-03-29T01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-07-28T00:15', 'Asia/Kathmandu', '2026-07-27T18:30:00.000Z'],
  ])('reads %s in %s as %s', (time, zone, expected) => {
    expect(instantOf(time, zone)?.toISOString()).toBe(expected);
  });

  it('reads what it wrote', () => {
    const instant = new Date('2026-11-01T12:00:00Z');
    expect(instantOf(wallClock(instant, 'America/New_York'), 'America/New_York')).toEqual(instant);
  });

  it.each(['', 'noon', '2026-07-28T14:30Z', '2026-13-28T14:30'])('refuses %j', (text) => {
    expect(instantOf(text, 'UTC')).toBeNull();
  });
});

describe('isTimeZone', () => {
  it('knows IANA names and nothing else', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
  });
});
