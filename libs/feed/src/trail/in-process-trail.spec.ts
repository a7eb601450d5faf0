import { describeTrail, someEvent } from '../testing/trail-contract.ts';
import { InProcessTrail } from './in-process-trail.ts';

describeTrail('in process', () => {
  const trail = new InProcessTrail();
  return Promise.resolve({ trail, another: () => Promise.resolve(trail), stop: () => trail.close() });
});

it('refuses while nobody keeps anything, so that whoever publishes keeps it', async () => {
  await expect(new InProcessTrail().publish('keys', [someEvent()])).rejects.toThrow();
});
