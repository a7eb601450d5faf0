import { setTimeout as sleep } from 'node:timers/promises';
import { skewProblem } from '@latchkey/clock';
import pg from 'pg';

export interface PostgresCheck {
  url: string;
  /** How long a server that does not answer yet is waited for; 0: it is asked once */
  patienceMs?: number;
  /** The first major version that will do */
  oldest?: number;
  nowMs?: () => number;
}

export interface PostgresFacts {
  /** As in `server_version_num` */
  version: number;
  /** Whether it is a standby, which shows what was committed only after a while */
  standby: boolean;
  theirsMs: number;
  askedAtMs: number;
  heardAtMs: number;
}

/** Postgres 15 is the oldest that is tested; see docs/operations.md. */
export const oldestPostgres = 15;

/** Where a URL leads, without user or password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname === '' ? 'localhost' : hostname}:${port === '' ? '5432' : port}${pathname}`;
}

/** What the service cannot work with, and the cure of each. */
export function problemsOfPostgres(place: string, facts: PostgresFacts, oldest = oldestPostgres): string[] {
  const problems: string[] = [];
  const major = Math.floor(facts.version / 10_000);
  if (major < oldest) problems.push(`DATABASE_URL: Postgres at ${place} is version ${major}; ${oldest} is the oldest that will do. Upgrade it (pg_upgrade, or dump and restore), or name another server.`);
  if (facts.standby) problems.push(`DATABASE_URL: Postgres at ${place} is a standby, which learns of revocations late. Name the primary; with several hosts behind one name, the one that takes writes.`);
  const skew = skewProblem(`Postgres at ${place}`, facts);
  if (skew !== null) problems.push(skew);
  return problems;
}

const cures: Record<string, string> = {
  '28P01': 'refuses the user or the password. Correct them in DATABASE_URL, or set the password of the role (docs/operations.md, "Roles in Postgres").',
  '28000': 'lets this user not in. Correct the user in DATABASE_URL, or pg_hba.conf.',
  '3D000': 'has no database of this name. Create it, or correct the name at the end of DATABASE_URL.',
};

/** Postgres is there and will not have us, which no waiting mends. */
const isFinal = (error: unknown): boolean => Object.hasOwn(cures, codeOf(error));
const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

function refusal(place: string, error: unknown): string {
  const code = codeOf(error);
  const known = Object.hasOwn(cures, code) ? cures[code] : undefined;
  if (known !== undefined) return `DATABASE_URL: Postgres at ${place} ${known}`;
  return `DATABASE_URL: Postgres at ${place} cannot be reached (${code === '' ? 'no answer' : code}). Correct host and port, or start it, and see that the network lets this machine through.`;
}

async function ask(url: string, nowMs: () => number): Promise<PostgresFacts> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000, application_name: 'latchkey-start' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const askedAtMs = nowMs();
    const { rows } = await client.query<{ version: number; standby: boolean; now: number }>(
      "SELECT current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS standby, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
    );
    const [row] = rows;
    if (row === undefined) throw new Error('no answer');
    return { version: row.version, standby: row.standby, theirsMs: row.now, askedAtMs, heardAtMs: nowMs() };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Asks the Postgres of a URL whether a service can work with it. @returns problems, each with its cure, and no secret in them */
export async function checkPostgres({ url, patienceMs = 0, oldest = oldestPostgres, nowMs = Date.now }: PostgresCheck): Promise<string[]> {
  const deadline = performance.now() + patienceMs;
  const place = placeOf(url);
  for (;;) {
    try {
      return problemsOfPostgres(place, await ask(url, nowMs), oldest);
    } catch (error) {
      if (isFinal(error) || performance.now() >= deadline) return [refusal(place, error)];
      await sleep(250);
    }
  }
}
