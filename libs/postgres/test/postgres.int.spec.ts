import { readFileSync } from 'node:fs';
import { createLogger } from '@latchkey/telemetry';
import { eventually, freshDatabase, type TestDatabase } from '@latchkey/testing';
import pg from 'pg';
import { Column, type DataSource, Entity, type MigrationInterface, PrimaryGeneratedColumn, type QueryRunner } from 'typeorm';
import { checkPostgres, connectPostgres, inTransaction, isUniqueViolation, migratePostgres, openPostgres, posted, postRows, prepared, renewUrl, Transaction, type Statement } from '../src/index.ts';

@Entity('account')
class Account {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column('text')
  email!: string;

  @Column('text')
  nick!: string;
}

class Accounts1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE account (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL CONSTRAINT account_email_key UNIQUE,
      nick text NOT NULL CONSTRAINT account_nick_key UNIQUE CHECK (nick <> ''))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE account');
  }
}

/** Slow enough for several replicas to meet in it. */
class Slow1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE slow AS SELECT pg_sleep(0.3)::text AS slept');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE slow');
  }
}

class Broken1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half_way (id int)');
    await runner.query('SELECT nothing_of_this_name()');
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}

/** Each in a transaction of its own, one after the other, and so on the one connection that is open. */
const inTransactionOf = (source: DataSource, statement: Statement, values: unknown[][]): Promise<object[]>[] => {
  let before: Promise<unknown> = Promise.resolve();
  return values.map((each) => {
    const run = before.then(() => inTransaction(source, (manager) => prepared<object>(manager, statement, each)));
    before = run.catch(() => undefined);
    return run;
  });
};

describe('connectPostgres', () => {
  let database: TestDatabase;
  const open: DataSource[] = [];
  const start = async (schema = 'identity', migrations: (new () => MigrationInterface)[] = [Accounts1700000000000]): Promise<DataSource> => {
    const source = await connectPostgres({ url: database.url, schema, entities: [Account], migrations, poolSize: 2 });
    open.push(source);
    return source;
  };

  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(async () => {
    for (const source of open.splice(0)) await source.destroy();
    await database.drop();
  });

  it('lets many replicas start at once on an empty database, and migrates once', async () => {
    const sources = await Promise.all(Array.from({ length: 5 }, () => start('identity', [Accounts1700000000000, Slow1700000000001])));
    expect(await sources[0]!.query('SELECT name FROM migrations ORDER BY id')).toEqual([{ name: 'Accounts1700000000000' }, { name: 'Slow1700000000001' }]);
    for (const source of sources) expect(await source.query('SELECT count(*)::int AS slow FROM slow')).toEqual([{ slow: 1 }]);
  });

  it('keeps the schemas of two services apart', async () => {
    const [identity, keys] = [await start('identity'), await start('keys')];
    await identity.getRepository(Account).insert({ email: 'a@example.com', nick: 'a' });
    expect(await keys.getRepository(Account).count()).toBe(0);
    expect(await keys.query('SELECT current_schemas(false)::text AS path')).toEqual([{ path: '{keys}' }]);
  });

  it('speaks UTC, ends what takes too long, and installs nothing', async () => {
    const source = await start();
    expect(await source.query("SELECT current_setting('TimeZone') AS zone, current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock")).toEqual([
      { zone: 'UTC', statement: '10s', lock: '5s' },
    ]);
    expect(await source.query("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")).toEqual([]);
    const { id } = await source.getRepository(Account).save({ email: 'a@example.com', nick: 'a' });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps some connections open when nobody uses them, and closes the rest', async () => {
    const source = await connectPostgres({ url: database.url, schema: 'kept', entities: [Account], migrations: [Accounts1700000000000], poolSize: 6 });
    open.push(source);
    const pool = (source.driver as unknown as { master: pg.Pool }).master;
    pool.options.idleTimeoutMillis = 250;
    await Promise.all(Array.from({ length: 6 }, () => source.query('SELECT pg_sleep(0.1)')));
    expect(pool.totalCount).toBeGreaterThan(3);
    await eventually(() => pool.totalCount <= 3);
    // While one of them works, the time of the others passes several times.
    await source.query('SELECT pg_sleep(1)');
    expect(pool.totalCount).toBe(3);
  });

  it('leaves nothing behind of a migration that failed, and lets the next start try', async () => {
    await expect(start('identity', [Accounts1700000000000, Broken1700000000002])).rejects.toThrow(/nothing_of_this_name/);
    const source = await start('identity', [Accounts1700000000000]);
    expect(await source.query("SELECT to_regclass('half_way') AS half_way, to_regclass('account') AS account")).toEqual([{ half_way: null, account: 'account' }]);
  });

  it('refuses a schema name that is more than a name', async () => {
    await expect(start('keys"; DROP SCHEMA public; --')).rejects.toThrow(/plain schema name/);
  });

  it('runs a transaction below the mapper as the mapper would, and tells who wants to know once it is committed', async () => {
    const source = await start();
    const count = { name: 'count-accounts', text: 'SELECT count(*)::int AS count FROM account' };
    const counted = async (manager = source.manager): Promise<number> => (await prepared<{ count: number }>(manager, count, []))[0]!.count;
    const told: number[] = [];
    const account = (id: number, nick = `nick-${id}`): Account => Object.assign(new Account(), { id: `00000000-0000-4000-8000-00000000000${id}`, email: `${id}@x.example`, nick });
    const put = async (row: Account, within?: () => Promise<unknown>): Promise<number> =>
      inTransaction(source, async (manager) => {
        Transaction.of(manager)?.follow(() => told.push(told.length));
        await postRows(manager, Account, 'account-insert', [row]);
        await within?.();
        return counted(manager);
      });
    expect(await put(account(1))).toBe(1);
    expect(told).toEqual([0]);
    await expect(put(account(2), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    // Nobody waited for the insert; it is why the statement behind it failed, and the error says so, without the row.
    const refused: unknown = await put(account(3, '')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ constraint: 'account_nick_check' });
    expect(refused).not.toHaveProperty('detail');
    const silent = inTransaction(source, async (manager) => void (await postRows(manager, Account, 'account-insert', [account(4), account(5, 'nick-1')])));
    await expect(silent).rejects.toMatchObject({ constraint: 'account_nick_key' });
    // Without a transaction of this kind it is waited for.
    await source.transaction(async (manager) => {
      await posted(manager, { name: 'rename', text: "UPDATE account SET nick = 'renamed'" }, []);
      expect(await manager.existsBy(Account, { nick: 'renamed' })).toBe(true);
    });
    expect([await counted(), told]).toEqual([1, [0]]);
  });

  it('reads the same rows by a prepared statement the first time and later, whose rows are not described again', async () => {
    const source = await start();
    const all = {
      name: 'all-types',
      text: `SELECT n, $2::text AS text, CASE WHEN n > 1 THEN now() END AS at, ARRAY['a', NULL] AS list, json_build_object('n', n) AS json, '\\x00ff'::bytea AS bytes, n::bigint AS big
        FROM generate_series(1, $1::integer) AS n`,
    };
    await inTransaction(source, async (manager) => {
      const read = (count: number, text: string | null): Promise<Record<string, unknown>[]> => prepared(manager, all, [count, text]);
      expect(await read(0, 'x')).toEqual([]);
      const [mapped, ...rows] = await Promise.all([manager.query<object[]>(all.text, [2, 'y']), read(2, 'y'), read(2, 'y'), read(2, null)]);
      expect(rows[0]).toEqual(mapped);
      expect(rows[1]).toEqual(mapped);
      expect(rows[2]).toEqual(mapped.map((row) => ({ ...row, text: null })));
      // Without rows, and with an error in between: what is known of a statement stays true.
      const rename = { name: 'rename-nobody', text: 'UPDATE account SET nick = $1 WHERE false' };
      for (const nick of ['a', 'b', 'c']) expect(await prepared(manager, rename, [nick])).toEqual([]);
    });
    const half = { name: 'half', text: 'SELECT 12 / $1::integer AS half' };
    const [one, two, three] = await Promise.allSettled(inTransactionOf(source, half, [[2], [0], [3]]));
    expect([one, two, three].map((outcome) => (outcome?.status === 'fulfilled' ? outcome.value : 'refused'))).toEqual([[{ half: 6 }], 'refused', [{ half: 4 }]]);
  });

  it('answers whoever waits for a query in the turn in which the driver has the answer, and an error with where it was asked', async () => {
    const source = await start();
    const pool = (source.driver as unknown as { master: pg.Pool }).master;
    /** Who comes first: whoever waits for the answer, or whoever is called when the connection is ready for more. */
    const order = async (client: pg.Client | pg.PoolClient): Promise<string[]> => {
      const seen: string[] = [];
      const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
      const asked = client.query('SELECT 1 AS one').then(({ rows }) => seen.push(`answer ${rows[0]?.one}`));
      await new Promise<void>((resolve) => connection.once('readyForQuery', () => queueMicrotask(() => { seen.push('ready'); resolve(); })));
      await asked;
      return seen;
    };
    const ours = await pool.connect();
    const drivers = new pg.Client({ connectionString: database.url });
    await drivers.connect();
    try {
      expect([await order(ours), await order(drivers)]).toEqual([['answer 1', 'ready'], ['ready', 'answer 1']]);
      const failed = await ours.query('SELECT nothing_of_this_name()').then(() => null, (error: unknown) => error as Error);
      expect([failed?.message, failed?.stack]).toEqual([expect.stringContaining('nothing_of_this_name'), expect.stringContaining('answering-client')]);
      // Whoever brings somebody to call is called, and so is a query of its own class.
      expect(await new Promise((resolve, reject) => ours.query('SELECT 2 AS two', [], (error: Error | null, { rows }) => (error === null || error === undefined ? resolve(rows) : reject(error))))).toEqual([{ two: 2 }]);
      const own = ours.query(new pg.Query('SELECT 3 AS three'));
      expect(await new Promise((resolve) => own.on('row', (row: object) => resolve(row)))).toEqual({ three: 3 });
    } finally {
      ours.release();
      await drivers.end();
    }
  });

  it('tells a taken value from other failures', async () => {
    const accounts = (await start()).getRepository(Account);
    await accounts.insert({ email: 'a@example.com', nick: 'a' });
    const failure = (row: { email: string; nick: string }): Promise<unknown> => accounts.insert(row).then(() => null, (error: unknown) => error);
    const taken = await failure({ email: 'a@example.com', nick: 'b' });
    expect([isUniqueViolation(taken), isUniqueViolation(taken, 'account_email_key'), isUniqueViolation(taken, 'account_nick_key')]).toEqual([true, true, false]);
    const refused = await failure({ email: 'b@example.com', nick: '' });
    expect(refused).toBeInstanceOf(Error);
    expect([isUniqueViolation(refused), isUniqueViolation(new Error('duplicate key')), isUniqueViolation(null)]).toEqual([false, false, false]);
  });

  it('keeps the values of a failed query out of its error, as a log would show it', async () => {
    const source = await start();
    const lines: string[] = [];
    const logger = createLogger('postgres-test', 'info', { write: (line) => void lines.push(line) });
    const row = { email: 'private@example.com', nick: '' };
    await source.getRepository(Account).insert(row).catch((err: unknown) => logger.error({ err }, 'failed'));
    await source.transaction((manager) => manager.insert(Account, row)).catch((err: unknown) => logger.error({ err }, 'failed'));
    await source.query('INSERT INTO account (email, nick) VALUES ($1, $2)', Object.values(row)).catch((err: unknown) => logger.error({ err }, 'failed'));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toMatch(/violates check constraint/);
      expect(line).not.toMatch(/private@example\.com/);
    }
  });
});

describe('deploy/postgres/roles.sql', () => {
  const roles = readFileSync(new URL('../../../deploy/postgres/roles.sql', import.meta.url), 'utf8');
  const options = { entities: [Account], migrations: [Accounts1700000000000], poolSize: 2 };
  let database: TestDatabase;
  let admin: pg.Client;
  const open: DataSource[] = [];
  const urlOf = (role: string): string => Object.assign(new URL(database.url), { username: role, password: 'of-a-test' }).href;
  const as = async (role: string, schema: string): Promise<DataSource> => {
    const source = await openPostgres({ ...options, url: urlOf(role), schema });
    open.push(source);
    return source;
  };

  beforeAll(async () => {
    database = await freshDatabase();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    // One service was here before there were roles; twice, as an operator may.
    await migratePostgres({ ...options, url: database.url, schema: 'identity' });
    await admin.query(roles);
    await admin.query(roles);
    for (const role of ['identity', 'identity_owner', 'keys', 'keys_owner']) await admin.query(`ALTER ROLE latchkey_${role} PASSWORD 'of-a-test'`);
  }, 60_000);
  afterAll(async () => {
    for (const source of open) await source.destroy();
    await admin?.end();
    await database?.drop();
  });

  it('lets an owner migrate, what was there before included, and a service use what comes of it', async () => {
    expect(await migratePostgres({ ...options, url: urlOf('latchkey_keys_owner'), schema: 'keys' })).toEqual(['Accounts1700000000000']);
    const later = [...options.migrations, Slow1700000000001];
    expect(await migratePostgres({ ...options, migrations: later, url: urlOf('latchkey_identity_owner'), schema: 'identity' })).toEqual(['Slow1700000000001']);
    for (const [schema, migrations] of [['keys', options.migrations], ['identity', later]] as const) {
      const service = await connectPostgres({ ...options, migrations: [...migrations], url: urlOf(`latchkey_${schema}`), schema, migrate: false });
      open.push(service);
      const accounts = service.getRepository(Account);
      const { id } = await accounts.save({ email: 'a@example.com', nick: 'a' });
      await accounts.update({ id }, { nick: 'b' });
      expect(await accounts.findOneBy({ id })).toMatchObject({ nick: 'b' });
      await accounts.delete({ id });
    }
  });

  it('starts no service on a schema that lacks a migration, and one on a schema that is ahead', async () => {
    const start = (migrations: (new () => MigrationInterface)[]) => connectPostgres({ ...options, url: urlOf('latchkey_identity'), schema: 'identity', migrations, migrate: false });
    await expect(start([Accounts1700000000000, Broken1700000000002])).rejects.toThrow(/"identity" lacks 1 of its migrations \(Broken1700000000002\)/);
    const ahead = await start([]);
    await ahead.destroy();
  });

  it('gives a service no way to change the schema', async () => {
    const service = await as('latchkey_identity', 'identity');
    for (const statement of ['CREATE TABLE mine (id int)', 'DROP TABLE account', 'ALTER TABLE account ADD COLUMN more int', 'TRUNCATE account', 'CREATE SCHEMA mine',
      'CREATE TABLE public.mine (id int)', 'CREATE TEMP TABLE mine (id int)', 'SET ROLE latchkey_identity_owner']) {
      await expect(service.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  it.each([['keys', 'identity'], ['identity', 'keys']])('shows %s nothing of %s, neither the service nor its owner', async (one, other) => {
    for (const role of [`latchkey_${one}`, `latchkey_${one}_owner`]) {
      const source = await as(role, one);
      for (const statement of [`SELECT * FROM ${other}.account`, `INSERT INTO ${other}.account (email, nick) VALUES ('e', 'n')`, `SELECT * FROM ${other}.migrations`]) {
        await expect(source.query(statement)).rejects.toThrow(`permission denied for schema ${other}`);
      }
    }
  });

  it('knows no role for the gateway, and lets nobody else in', async () => {
    const { rows } = await admin.query<{ name: string }>("SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'latchkey%' ORDER BY 1");
    expect(rows.map(({ name }) => name)).toEqual(['latchkey_identity', 'latchkey_identity_owner', 'latchkey_keys', 'latchkey_keys_owner']);
    await admin.query("CREATE ROLE stranger LOGIN PASSWORD 'of-a-test'");
    try {
      await expect(as('stranger', 'identity')).rejects.toThrow(/permission denied for database/);
    } finally {
      await admin.query('DROP ROLE stranger');
    }
  });
});

describe('renewUrl', () => {
  it('counts from the next connection on, for the pool and for whoever reads the URL of the data source', async () => {
    const database = await freshDatabase();
    const options = { url: database.url, schema: 'public', entities: [], migrations: [] };
    const [administrator, source] = [await openPostgres(options), await openPostgres({ ...options, poolSize: 1 })];
    try {
      const who = async (): Promise<string | undefined> => (await source.query<{ who: string }[]>('SELECT current_user AS who'))[0]?.who;
      const before = await who();
      await administrator.query("CREATE ROLE renewed LOGIN PASSWORD 'after'");
      const url = Object.assign(new URL(database.url), { username: 'renewed', password: 'after' }).href;
      renewUrl(source, url);
      expect((source.options as { url?: string }).url).toBe(url);
      expect(await who()).toBe(before);
      await administrator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = $1', [before]);
      await eventually(async () => expect(await who()).toBe('renewed'));
    } finally {
      await source.destroy();
      await administrator.query('DROP ROLE IF EXISTS renewed');
      await administrator.destroy();
      await database.drop();
    }
  });
});

describe('checkPostgres', () => {
  let database: TestDatabase;
  beforeAll(async () => { database = await freshDatabase(); });
  afterAll(() => database.drop());
  const secret = 'tell-nobody';
  const changed = (change: Partial<URL>): string => Object.assign(new URL(database.url), { password: secret, ...change }).href;

  it('finds nothing wrong with a Postgres that will do', async () => {
    expect(await checkPostgres({ url: database.url })).toEqual([]);
  });

  it('says of everything else what is wrong and what mends it, and no password', async () => {
    const place = `${new URL(database.url).host}/`;
    const found = [
      ...(await checkPostgres({ url: database.url, oldest: 99 })),
      ...(await checkPostgres({ url: database.url, nowMs: () => Date.now() + 90_000 })),
      ...(await checkPostgres({ url: database.url, nowMs: () => Date.now() - 90_000 })),
      ...(await checkPostgres({ url: changed({ username: 'nobody-known' }) })),
      ...(await checkPostgres({ url: Object.assign(new URL(database.url), { pathname: '/no_such_database' }).href })),
      ...(await checkPostgres({ url: changed({ port: '1' }) })),
      ...(await checkPostgres({ url: changed({ hostname: 'nowhere.invalid' }) })),
    ];
    expect(found).toEqual([
      expect.stringMatching(/is version \d+; 99 is the oldest that will do\. Upgrade it/),
      expect.stringMatching(/clock of this machine is (8|9)\d s ahead of that of Postgres at .* Synchronize both/),
      expect.stringMatching(/clock of this machine is (8|9)\d s behind/),
      expect.stringMatching(/refuses the user or the password\. Correct them|lets this user not in\. Correct/),
      expect.stringContaining('has no database of this name. Create it'),
      expect.stringMatching(/:1\/.* cannot be reached \(ECONNREFUSED\)\. Correct host and port/),
      expect.stringMatching(/nowhere\.invalid.* cannot be reached/),
    ]);
    expect(found[0]).toContain(place);
    expect(found.join()).not.toContain(secret);
  });

  it('waits for a server that is not up yet, as long as it is told to', async () => {
    const begunAt = performance.now();
    expect(await checkPostgres({ url: changed({ port: '1' }), patienceMs: 300 })).toHaveLength(1);
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(300);
  });
});
