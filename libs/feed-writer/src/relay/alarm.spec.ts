import { Alarm } from './alarm.ts';

describe('Alarm', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('ends a wait at its time, or as soon as somebody rings', async () => {
    const alarm = new Alarm();
    const long = alarm.wait(250);
    await jest.advanceTimersByTimeAsync(250);
    expect(await long).toBe(false);
    const short = alarm.wait(250);
    alarm.ring();
    alarm.ring();
    expect(await short).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps a ring for the next wait, and only for that', async () => {
    const alarm = new Alarm();
    alarm.ring();
    expect(await alarm.wait(250)).toBe(true);
    const next = alarm.wait(250);
    await jest.advanceTimersByTimeAsync(250);
    expect(await next).toBe(false);
  });
});
