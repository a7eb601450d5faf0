import { Failure } from '../failure.ts';
import { ask, refusalOf } from '../http.ts';
import { version } from '../version.ts';
import { failed, ok, skipped, type Check } from './finding.ts';
import { feedProblems, managementUrlOf, readFeedStatus } from './feed-status.ts';

const boundMs = 5000;

export const feed: Check = {
  name: 'feed',
  async run({ context: { world }, gateway, where: { management } }) {
    const isNamed = management !== undefined || (world.env['LATCHKEY_MANAGEMENT_URL'] ?? '') !== '';
    try {
      const status = await readFeedStatus(world, managementUrlOf(world, gateway, management));
      const problems = feedProblems(status, boundMs);
      const ages = Object.entries(status).map(([name, { ageMs }]) => `${name} ${ageMs ?? 'never'} ms`).join(', ');
      return problems.length === 0 ? ok(`proven fresh: ${ages}`) : failed(problems.join(' '), 'Look at NATS and at the relays of identity and keys: docs/operations.md.');
    } catch (error) {
      // A port that was guessed may be another one.
      if (isNamed || !(error instanceof Failure)) throw error;
      return skipped('the management port is not reached from here; --management <url> where it can be');
    }
  },
};

export const credential: Check = {
  name: 'credential',
  async run({ context, gateway }) {
    const { world, hasKey, sessions } = context;
    if (!hasKey && sessions.find(gateway) === null) return skipped('none given; LATCHKEY_TOKEN, or latchkey login');
    const { token } = await context.credential();
    const answer = await ask(world, `${gateway}/authz/credential`, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status === 200) return ok(`works: ${answer.headers.get('latchkey-credential') ?? ''} of ${answer.headers.get('x-tenant-id') ?? 'no organization'}`);
    const { code, message, requestId } = refusalOf(answer);
    return failed(`${code}: ${message}${requestId === undefined ? '' : ` (request id ${requestId})`}`, 'docs/errors.md says what the code means.');
  },
};

/** Nobody without a good credential may pass: a proxy that answers 200 for everything looks healthy. */
export const strangers: Check = {
  name: 'strangers',
  async run({ context: { world }, gateway }) {
    const { status } = await ask(world, `${gateway}/authz/credential`, { headers: { authorization: 'Bearer nobody' } });
    return status === 401 ? ok('are refused') : failed(`a made-up credential is answered ${status}, not 401`, status < 400 ? 'Whatever answers there lets everybody in.' : 'A proxy in between answers for the gateway.');
  },
};

export const versions: Check = {
  name: 'versions',
  async run({ context: { world }, gateway }) {
    const { status, body } = await ask(world, `${gateway}/openapi.json`);
    const { info } = (body ?? {}) as { info?: { version?: unknown } };
    const api = typeof info?.version === 'string' ? info.version : null;
    if (status !== 200 || api === null) return failed(`${gateway}/openapi.json answers ${status}`, 'A proxy in between does not pass it on.');
    return api === '1' ? ok(`API ${api}, this program ${version}, Node ${process.versions.node}`) : failed(`the API is version ${api}; this program knows version 1`, 'Use the program of that release.');
  },
};
