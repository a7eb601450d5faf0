import { setTimeout as sleep } from 'node:timers/promises';
import { skewProblem } from '@latchkey/clock';
import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { serverOptions } from './server-options.ts';

export interface NatsCheck {
  servers: string;
  /** A stream whose state this user may read: it tells the time of the server, where it is there. */
  stream: string;
  /** How long a server that does not answer yet is waited for; 0: it is asked once */
  patienceMs?: number;
  nowMs?: () => number;
}

/** JetStream error codes: the server has none; the account has none; the system account cannot have any. */
const withoutJetStream = new Set([10076, 10039, 10024]);

const placesOf = (servers: string): string => serverOptions(servers).servers?.toString() ?? '';

type Verdict = { final: boolean; problem: string } | null;

function verdict(place: string, error: unknown): Verdict {
  const name = error instanceof Error ? error.constructor.name : '';
  if (name === 'AuthorizationError' || /authorization violation/i.test(error instanceof Error ? error.message : '')) {
    return { final: true, problem: `NATS_URL: NATS at ${place} refuses the user or the password. Correct them in NATS_URL; deploy/nats/latchkey.conf has a user for each service.` };
  }
  return { final: false, problem: `NATS_URL: NATS at ${place} cannot be reached. Correct host and port, or start it, and see that the network lets this machine through.` };
}

/** NATS says at once that nobody serves JetStream; a server that has just begun may still get it. */
function jetStreamVerdict(place: string, error: unknown): Verdict {
  const name = error instanceof Error ? error.constructor.name : '';
  const isMissing = ['JetStreamNotEnabled', 'NoRespondersError'].includes(name) || (error instanceof JetStreamApiError && withoutJetStream.has(error.code));
  // Anything else is trouble that passes: a cluster without a leader answers late or not at all.
  if (!isMissing && (error as { cause?: unknown } | null)?.cause?.constructor.name !== 'NoRespondersError') return null;
  return { final: false, problem: `NATS_URL: NATS at ${place} has no JetStream, which the feed is kept in. Start it with "jetstream {}" in its configuration, or with -js; where it has accounts, give this one JetStream.` };
}

async function askTime(connection: NatsConnection, stream: string, place: string, nowMs: () => number): Promise<string[]> {
  const askedAtMs = nowMs();
  const answer = await connection.request(`$JS.API.STREAM.INFO.${stream}`, '', { timeout: 2000 });
  const { ts } = answer.json<{ ts?: unknown }>();
  const theirsMs = typeof ts === 'string' ? Date.parse(ts) : Number.NaN;
  const problem = Number.isNaN(theirsMs) ? null : skewProblem(`NATS at ${place}`, { theirsMs, askedAtMs, heardAtMs: nowMs() });
  return problem === null ? [] : [problem];
}

async function ask({ servers, stream, nowMs = Date.now }: NatsCheck, place: string): Promise<Verdict | string[]> {
  let connection: NatsConnection;
  try {
    connection = await connect({ ...serverOptions(servers), name: 'start', reconnect: false, timeout: 2000 });
  } catch (error) {
    return verdict(place, error);
  }
  try {
    await (await jetstreamManager(connection, { timeout: 2000, checkAPI: false })).getAccountInfo();
    return await askTime(connection, stream, place, nowMs);
  } catch (error) {
    return jetStreamVerdict(place, error);
  } finally {
    await connection.close().catch(() => undefined);
  }
}

/** Asks NATS whether a service can work with it. @returns problems, each with its cure, and no secret in them */
export async function checkNats(check: NatsCheck): Promise<string[]> {
  const deadline = performance.now() + (check.patienceMs ?? 0);
  const place = placesOf(check.servers);
  for (;;) {
    const found = await ask(check, place);
    if (found === null) return [];
    if (Array.isArray(found)) return found;
    if (found.final || performance.now() >= deadline) return [found.problem];
    await sleep(250);
  }
}
