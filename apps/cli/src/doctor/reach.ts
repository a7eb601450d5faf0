import { isLoopback } from '../gateway-url.ts';
import { ask, reasonOf } from '../http.ts';
import { failed, ok, skipped, warning, type Check, type Outcome, type Patient } from './finding.ts';

/** An answer tells the time of whoever gives it, to the second; half of the way is taken off. */
async function askInTime({ context: { world }, clocks }: Patient, whose: string, url: string) {
  const before = world.now();
  const answer = await ask(world, url);
  const date = Date.parse(answer.headers.get('date') ?? '');
  if (!Number.isNaN(date)) clocks.set(whose, date + 500 - (before + world.now()) / 2);
  return answer;
}

/** Whether a service listens, and whether it may be sent work. */
async function readiness(patient: Patient, whose: string, base: string): Promise<Outcome> {
  const { status, body } = await askInTime(patient, whose, `${base}/readyz`);
  if (status === 200) return ok(`${base} is ready`);
  const { reason } = (body ?? {}) as { reason?: unknown };
  return failed(`${base} is not ready: ${typeof reason === 'string' ? reason : `it answers ${status}`}`, 'Its log says more. A gateway waits for the feed, a writer for Postgres and NATS.');
}

export const gatewayReached: Check = {
  name: 'gateway',
  async run(patient) {
    const { status } = await askInTime(patient, 'gateway', `${patient.gateway}/healthz`);
    return status === 200 ? ok(`${patient.gateway} answers`) : failed(`${patient.gateway}/healthz answers ${status}`, 'Something else listens there, or a proxy in between does not pass it on.');
  },
};

const day = 86_400_000;

export const tls: Check = {
  name: 'tls',
  async run({ context: { world }, gateway, issuer }) {
    const urls = [...new Set([gateway, issuer ?? gateway])];
    const plain = urls.filter((url) => !url.startsWith('https:') && !isLoopback(url));
    if (plain.length > 0) return failed(`${plain.join(' and ')}: not https`, 'Tokens can be read on the way. Put TLS in front, and https into LATCHKEY_GATEWAY_URL and LATCHKEY_ISSUER.');
    const secure = urls.filter((url) => url.startsWith('https:'));
    if (secure.length === 0) return ok('plain HTTP, on this machine only');
    const ends = await Promise.all(secure.map((url) => world.certificateEnd(new URL(url)).catch((error: unknown) => `${url}: ${reasonOf(error)}`)));
    const wrong = ends.filter((end) => typeof end === 'string');
    if (wrong.length > 0) return failed(wrong.join('; '), 'Clients refuse this certificate too.');
    const days = Math.floor((Math.min(...(ends as number[])) - world.now()) / day);
    return days < 14 ? warning(`a certificate ends in ${days} days`, 'Renew it.') : ok(`certificates are good for ${days} days`);
  },
};

export const gatewayReady: Check = { name: 'gateway ready', run: (patient) => readiness(patient, 'gateway', patient.gateway) };

export const identityReady: Check = {
  name: 'identity ready',
  async run(patient) {
    const base = patient.where.identity ?? patient.issuer;
    return base === undefined ? null : readiness(patient, 'identity', new URL(base).origin);
  },
};

export const keysReady: Check = {
  name: 'keys ready',
  async run(patient) {
    const { keys } = patient.where;
    return keys === undefined ? skipped('not for the outside; --keys <url> where it can be reached') : readiness(patient, 'keys', new URL(keys).origin);
  },
};

/** Tokens are judged by the clock: what is issued in the future of a gateway is refused. */
export const clocks: Check = {
  name: 'clocks',
  run({ clocks: ahead }) {
    if (ahead.size === 0) return Promise.resolve(null);
    const told = [...ahead].map(([whose, ms]) => `${whose} ${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(1)} s`).join(', ');
    const all = [0, ...ahead.values()];
    const apart = Math.max(...all) - Math.min(...all);
    if (apart > 30_000) return Promise.resolve(failed(`clocks are apart: ${told}`, 'Let all of them follow NTP.'));
    return Promise.resolve(apart > 3000 ? warning(`clocks are a little apart: ${told}`, 'Let all of them follow NTP.') : ok(`they agree: ${told}`));
  },
};
