import { identityHeader, type AuditEvent, type IdentityAssertionClaims } from '@latchkey/contracts';
import { requireDescribed } from '@latchkey/service/testing';
import { admin, gatewayUrl, startAccounts, type Accounts } from './accounts.ts';

export interface Answer {
  status: number;
  body: Record<string, unknown> & { items: Record<string, unknown>[]; nextCursor: string | null };
  headers: Headers;
}

export type Claims = Partial<IdentityAssertionClaims>;

/** What is compared where only the refusal matters. */
export const outcome = ({ status, body }: Answer) => [status, body.code];

const everything = 'org:read org:admin servers:read servers:write keys:read keys:write audit:read';

/**
 * The management API with people to call it: the owner, an administrator and a member of `acme`, and the owner of `rival`. Each claims
 * every scope; less is what a test says.
 */
export class Management {
  private constructor(
    readonly accounts: Accounts,
    readonly owner: Claims & { sub: string },
    readonly deputy: Claims & { sub: string },
    readonly member: Claims & { sub: string },
    readonly stranger: Claims & { sub: string },
  ) {}

  static async start(...setUp: Parameters<typeof startAccounts>): Promise<Management> {
    const accounts = await startAccounts(...setUp);
    const base = { iss: gatewayUrl, aud: accounts.issuer, scope: everything };
    await accounts.createProject('acme', 'lab');
    const [deputy, member, other] = [await accounts.createUser('deputy@example.com'), await accounts.createUser('member@example.com'), await accounts.createUser('other@example.com')];
    await accounts.addMember({ userId: deputy.id, org: 'acme', role: 'admin' });
    await accounts.addMember({ userId: member.id, org: 'acme', role: 'member', projects: { prod: 'contributor', lab: 'admin' } });
    await accounts.createOrg('rival', other.id);
    await accounts.createProject('rival', 'prod');
    return new Management(
      accounts,
      { ...base, sub: await accounts.userId(admin.email), org: 'acme', roles: { org: 'owner', projects: {} } },
      { ...base, sub: deputy.id, org: 'acme', roles: { org: 'admin', projects: {} } },
      { ...base, sub: member.id, org: 'acme', roles: { org: 'member', projects: { prod: 'contributor', lab: 'admin' } } },
      { ...base, sub: other.id, org: 'rival', roles: { org: 'owner', projects: {} } },
    );
  }

  async call(method: string, path: string, caller: Claims, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.accounts.issuer}${path}`, {
      method,
      headers: { [identityHeader]: await this.accounts.asserter.sign(caller), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const given = { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
    requireDescribed({ method, path, ...given });
    return { ...given, headers: response.headers };
  }

  /** What the audit log holds of an action, oldest first. */
  async audited(action: string): Promise<AuditEvent[]> {
    const rows = await this.accounts.dataSource.query<{ event: AuditEvent }[]>('SELECT event FROM audit_events WHERE action = $1 ORDER BY received_at', [action]);
    return rows.map(({ event }) => event);
  }

  close(): Promise<void> {
    return this.accounts.close();
  }
}
