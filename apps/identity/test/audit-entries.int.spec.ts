import type { AuditEvent } from '@latchkey/contracts';
import { recordAudit } from '../src/audit/record-audit.ts';
import { QueueMail } from '../src/mail/queue-mail.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

describe('what is written beside a change', () => {
  let identity: TestIdentity;

  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  const count = async (table: string, where = 'true'): Promise<number> =>
    Number((await identity.dataSource.query<{ n: string }[]>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`))[0]!.n);

  it('exists if and only if the change does', async () => {
    const entry = { org: 'acme', actor: { kind: 'user', id: 'u-1' }, action: 'member.removed', target: { kind: 'user', id: 'u-2' } } as const;
    const mail = { to: 'a@example.com', subject: 'Hello', text: 'secret-in-the-mail' };
    const queueMail = identity.running.app.get(QueueMail);
    const failing = identity.dataSource.transaction(async (manager) => {
      await recordAudit(manager, entry);
      await queueMail.run(manager, mail);
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect([await count('audit_events', "action = 'member.removed'"), await count('mails')]).toEqual([0, 0]);
    await identity.dataSource.transaction(async (manager) => {
      await recordAudit(manager, entry);
      await queueMail.run(manager, mail);
    });
    const [row] = await identity.dataSource.query<{ event: AuditEvent }[]>("SELECT event FROM audit_events WHERE action = 'member.removed'");
    expect(row!.event).toMatchObject({ ...entry, service: 'identity', outcome: 'success', address: null, details: {} });
    const [sealed] = await identity.dataSource.query<{ sealed: Buffer }[]>('SELECT sealed FROM mails');
    expect(sealed!.sealed.includes('secret-in-the-mail')).toBe(false);
  });

  it('is refused where a name could break the line that it stands in', async () => {
    const entry = { org: 'acme', actor: { kind: 'user', id: 'u\n1' }, action: 'member.removed' } as const;
    await expect(recordAudit(identity.dataSource.manager, entry)).rejects.toThrow();
    const split = { to: 'a@example.com', subject: 'Hello\r\nBcc: x@example.com', text: 'x' };
    await expect(identity.running.app.get(QueueMail).run(identity.dataSource.manager, split)).rejects.toThrow();
  });
});
