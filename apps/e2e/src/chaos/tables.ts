import { randomUUID } from 'node:crypto';
import type { FeedRecord } from '@latchkey/contracts';
import type pg from 'pg';
import { attemptAt } from './attempt.ts';
import type { Fleet } from './fleet.ts';
import type { Owner } from './writers-api.ts';

/** As `stage` of the feed's writer does it: the change and its record are one transaction, and the relay is told at its COMMIT. */
async function stage(client: pg.PoolClient, subject: string, record: FeedRecord): Promise<void> {
  await client.query(
    `INSERT INTO identity.outbox (subject, version, record) VALUES ($1, 1, $2)
     ON CONFLICT (subject) DO UPDATE SET version = outbox.version + 1, record = excluded.record, published = false, updated_at = clock_timestamp()`,
    [subject, JSON.stringify(record)],
  );
  await client.query("SELECT pg_notify('feed_identity', '')");
}

/** What no interface offers: users and organizations are made and disabled in the tables, the way the service's operations write there. */
export class Tables {
  constructor(private readonly fleet: Pick<Fleet, 'database' | 'upstream'>) {}

  async adminId(): Promise<string> {
    const [row] = await this.fleet.database.query<{ user_id: string }>("SELECT user_id FROM identity.members WHERE org = 'default'");
    if (row === undefined) throw new Error('There is no administrator');
    return row.user_id;
  }

  async createUser(org: string, role: 'owner' | 'admin'): Promise<Owner> {
    const user = randomUUID();
    await this.fleet.database.transaction(async (client) => {
      await client.query("INSERT INTO identity.users (id, email, name, password_hash) VALUES ($1, $2, 'Somebody', '-')", [user, `${user}@example.com`]);
      await client.query("INSERT INTO identity.members (user_id, org, role) VALUES ($1, $2, $3)", [user, org, role]);
      await stage(client, `feed.identity.user.${user}`, { kind: 'user', id: user, disabled: false, epoch: null });
      await stage(client, `feed.identity.member.${user}`, { kind: 'member', user, memberships: [{ org, role, projects: {}, epoch: null }] });
    });
    return { user, org };
  }

  /** With one server, named like it. */
  async createOrg(slug: string): Promise<void> {
    const [id, { url }] = [randomUUID(), this.fleet.upstream];
    await this.fleet.database.transaction(async (client) => {
      await client.query('INSERT INTO identity.organizations (slug, name) VALUES ($1, $1)', [slug]);
      await client.query("INSERT INTO identity.projects (org, slug, name) VALUES ($1, 'main', 'Main')", [slug]);
      await client.query("INSERT INTO identity.servers (id, slug, org, project, name, url) VALUES ($1, $2, $2, 'main', $2, $3)", [id, slug, url]);
      await stage(client, `feed.identity.org.${slug}`, { kind: 'org', id: slug, disabled: false, epoch: null });
      await stage(client, `feed.identity.server.${id}`, {
        kind: 'server', id, slug, org: slug, project: 'main', folder: null, name: slug, url, deletedAt: null,
      });
    });
  }

  disableUser({ user }: Owner): Promise<void> {
    return this.#end('UPDATE identity.users SET disabled_at = now() WHERE id = $1', user, `feed.identity.user.${user}`, {
      kind: 'user', id: user, disabled: true, epoch: null,
    });
  }

  disableOrg(org: string): Promise<void> {
    return this.#end('UPDATE identity.organizations SET disabled_at = now() WHERE slug = $1', org, `feed.identity.org.${org}`, {
      kind: 'org', id: org, disabled: true, epoch: null,
    });
  }

  /** Again is no harm: whether a COMMIT that was cut off has happened cannot be known. */
  #end(statement: string, id: string, subject: string, record: FeedRecord): Promise<void> {
    return attemptAt('postgres', () =>
      this.fleet.database.transaction(async (client) => {
        await client.query(statement, [id]);
        await stage(client, subject, record);
      }),
    );
  }
}
