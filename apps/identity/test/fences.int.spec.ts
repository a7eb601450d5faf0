import { ShardedDigest } from '@latchkey/feed';
import { RecordingListener } from '@latchkey/feed/testing';
import { verifies } from '@latchkey/testing';
import { RemoveMember } from '../src/organizations/remove-member.ts';
import { startAccounts, type Accounts } from './support/accounts.ts';

describe('fences of the identity service', () => {
  let accounts: Accounts;

  beforeAll(async () => {
    accounts = await startAccounts();
  }, 60_000);
  afterAll(() => accounts.close());

  verifies('G2', 'speak of every change of users and members that was made before they were sent', async () => {
    const listener = new RecordingListener();
    await accounts.feed.follow('identity', null, listener);
    const user = await accounts.createUser('gone@example.com');
    await accounts.addMember({ userId: user.id, org: 'acme', role: 'admin' });
    await accounts.identity.app.get(RemoveMember).run({ userId: user.id, org: 'acme' });
    const { sequence, digest } = await accounts.feed.fence('identity', 5000);
    const held = new Map(listener.messages.filter((message) => message.sequence <= sequence).map(({ subject, version }) => [subject, version]));
    expect(held.get(`feed.identity.member.${user.id}`)).toBe(Number((await accounts.outbox(`feed.identity.member.${user.id}`))?.version));
    const expected = new ShardedDigest();
    for (const [subject, version] of held) expected.replace(subject, 0, version);
    expect(digest).toBe(expected.total);
  });
});
