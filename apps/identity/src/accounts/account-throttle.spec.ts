import { verifies } from '@latchkey/testing';
import { AccountThrottle } from './account-throttle.ts';

describe('AccountThrottle', () => {
  const email = 'ann@example.com';
  const usedUp = async (throttle: AccountThrottle, act: 'forgot-password' | 'sign-up', address: string): Promise<(boolean | null)[]> => {
    const waits: (boolean | null)[] = [];
    for (let round = 0; round < 6; round += 1) waits.push((await throttle.charge(act, { address, email })) === null);
    return waits;
  };

  verifies('I7', 'strangers who ask about an account use up what they have, and not what its holder has elsewhere', async () => {
    const throttle = new AccountThrottle(undefined);
    expect(await usedUp(throttle, 'forgot-password', '198.51.100.1')).toEqual([true, true, true, true, true, false]);
    expect(await throttle.charge('forgot-password', { address: '203.0.113.9', email: ' Ann@Example.com' })).toBeNull();
    expect(await throttle.charge('forgot-password', { address: '198.51.100.1', email: ' Ann@Example.com' })).toBeGreaterThan(0);
    expect(await throttle.charge('forgot-password', { address: '198.51.100.1', email: 'bob@example.com' })).toBeNull();
  });

  verifies('I7', 'what brings mail to whoever is named, and nobody needs twice, is counted by the name alone', async () => {
    const throttle = new AccountThrottle(undefined);
    await usedUp(throttle, 'sign-up', '198.51.100.1');
    expect(await throttle.charge('sign-up', { address: '203.0.113.9', email })).toBeGreaterThan(0);
  });
});
