import { createHash } from 'node:crypto';
import type { PatRecord } from '@latchkey/contracts';
import { InProcessFeed } from '@latchkey/feed';
import { mintToken } from '@latchkey/token';
import { eventually, verifies } from '@latchkey/testing';
import { open, pieces, send } from './support/send.ts';
import { answerJson, type Handle } from './support/upstream.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

const membership = { org: 'acme', role: 'member', projects: { main: 'contributor' }, epoch: null };
const alive = { active: true, membership };
const stale = [503, 'state_stale', '1', undefined];

/** A gateway whose feed can be frozen, with the part of the writers behind HTTP played too. */
async function startStaleWorld(env: Record<string, string> = {}, feed?: InProcessFeed) {
  const world = await startWorld({ env: { LATCHKEY_FRESHNESS_BOUND_MS: '1500', LATCHKEY_FRESHNESS_BOUND_WRITE_MS: '1000', ...env }, ...(feed === undefined ? {} : { feed }) });
  const http: { answer: ((question: Record<string, unknown>) => unknown) | null; asked: number } = { answer: null, asked: 0 };
  const handle: Handle = (received) => {
    if (received.url !== '/internal/ask') return answerJson(received);
    http.asked += 1;
    if (http.answer === null) return;
    received.response.setHeader('content-type', 'application/json');
    received.response.end(JSON.stringify(http.answer(JSON.parse(received.body) as Record<string, unknown>)));
  };
  const listen = (): void => { world.upstream.handle = handle; };
  listen();
  const freeze = (frozen: boolean): void => { for (const writer of Object.values(world.writers)) writer.frozen = frozen; };
  const agesMs = async () => {
    const { json } = await send(`${world.management}/feed-status`, { method: 'GET' });
    return { identity: json.identity.ageMs as number, keys: json.keys.ageMs as number };
  };
  const olderThan = (ms: number) => eventually(async () => { const { identity, keys } = await agesMs(); return identity > ms && keys > ms; });
  const outcome = async (token: string, body: object = call()) => {
    const { status, json, headers } = await world.post(body, bearer(token));
    return [status, json.code ?? json.error?.data?.code, headers['retry-after'], headers['www-authenticate']];
  };
  return { world, http, listen, freeze, agesMs, olderThan, outcome };
}
const sayWhatIsTrue = (record: PatRecord) => (question: Record<string, unknown>) => ('hash' in question ? (question['hash'] === record.hash ? { active: true, pat: record } : { active: false, code: 'token_unknown' }) : alive);

describe('the bound, while the feed is frozen', () => {
  let setUp: Awaited<ReturnType<typeof startStaleWorld>>;
  let world: World;
  let key: { token: string; record: PatRecord };
  beforeAll(async () => {
    setUp = await startStaleWorld();
    world = setUp.world;
    key = await world.pat();
    await eventually(async () => (await world.post(call(), bearer(key.token))).status === 200);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    setUp.freeze(false);
    setUp.listen();
    setUp.http.answer = null;
    for (const writer of Object.values(world.writers)) writer.answer = null;
    await eventually(async () => { const { identity, keys } = await setUp.agesMs(); return identity < 900 && keys < 900; });
    world.upstream.received.splice(0);
  });

  verifies('GW-24', 'within the bound requests pass; past it nobody can say, which is 503 in the form of the message, never 401', async () => {
    const { freeze, olderThan, outcome, http } = setUp;
    const jwt = await world.jwt();
    freeze(true);
    expect((await outcome(key.token))[0]).toBe(200);
    expect((await outcome(jwt))[0]).toBe(200);
    await olderThan(1500);
    for (const token of [key.token, jwt]) for (const body of [call(), list]) expect(await outcome(token, body)).toEqual(stale);
    const { json } = await world.post(call('add', 'x'), bearer(key.token));
    expect(json).toMatchObject({ jsonrpc: '2.0', id: 'x', error: { code: 503, data: { code: 'state_stale' } } });
    expect(http.asked).toBeGreaterThan(0);
    expect(world.upstream.received.filter(({ url }) => url === '/mcp')).toHaveLength(2);
    // No absence is believed now either.
    expect((await world.post(call(), bearer(key.token), '/mcp/unknown')).json).toMatchObject({ code: 'state_stale' });

    freeze(false);
    await eventually(async () => (await outcome(key.token))[0] === 200 && (await outcome(jwt))[0] === 200);
    expect((await world.post(call(), bearer(key.token), '/mcp/unknown')).status).toBe(404);
  });

  verifies('G2', 'the bound for calls of tools is the stricter one', async () => {
    const { freeze, olderThan, agesMs, outcome } = setUp;
    freeze(true);
    await olderThan(1000);
    const answers = [await outcome(key.token, list), await outcome(key.token)];
    // Only while lists are still inside theirs does this tell anything.
    if ((await agesMs()).identity < 1500) expect(answers.map(([status]) => status)).toEqual([200, 503]);
    await olderThan(1500);
    expect((await outcome(key.token, list))[0]).toBe(503);
  });

  verifies('GW-24', 'past the bound the writers are asked over the feed or over HTTP, and their word counts', async () => {
    const { freeze, olderThan, outcome, http } = setUp;
    const jwt = await world.jwt();
    freeze(true);
    await olderThan(1500);
    http.answer = sayWhatIsTrue(key.record);
    await eventually(async () => (await outcome(key.token))[0] === 200 && (await outcome(jwt))[0] === 200);
    // Revoked while nothing reaches the gateway: the word of the writer is all there is.
    http.answer = (question) => ({ active: false, code: 'hash' in question ? 'token_revoked' : 'owner_disabled' });
    await eventually(async () => (await outcome(key.token))[1] === 'token_revoked');
    // A yes is good for a quarter of a second.
    await eventually(async () => (await outcome(jwt))[0] === 401);
    const [status, code, , challenge] = await outcome(jwt);
    expect([status, code, String(challenge).startsWith('Bearer error="invalid_token"')]).toEqual([401, 'owner_disabled', true]);
    http.answer = () => ({ active: true, whatever: 'x' });
    await eventually(async () => (await outcome(key.token))[0] === 503);
  });

  verifies(['AS-83', 'GW-24'], 'a token that was cut from a key needs the word of both writers: keys about the key, identity about its owner', async () => {
    const { freeze, olderThan, outcome, http } = setUp;
    const { record } = key;
    const cut = await world.jwt({ gid: undefined, sid: undefined, src: { kind: 'pat', id: record.id, iat: record.mintedAt } });
    expect((await outcome(cut))[0]).toBe(200);
    freeze(true);
    await olderThan(1500);
    const aboutKey = (answer: object) => (question: Record<string, unknown>) => (question['id'] === record.id ? answer : alive);
    http.answer = aboutKey({ active: true, pat: record });
    await eventually(async () => (await outcome(cut))[0] === 200);
    // The key was narrowed, or revoked, while nothing reaches the gateway.
    http.answer = aboutKey({ active: true, pat: { ...record, scopes: ['mcp:read'] } });
    await eventually(async () => (await outcome(cut))[1] === 'token_revoked');
    http.answer = aboutKey({ active: false, code: 'token_revoked' });
    await eventually(async () => (await outcome(cut))[1] === 'token_revoked');
    http.answer = (question) => ('id' in question ? undefined : alive);
    await eventually(async () => (await outcome(cut))[0] === 503);
  });

  verifies('GW-24', 'a role that was taken away meanwhile is taken away here', async () => {
    const { freeze, olderThan, outcome, http } = setUp;
    freeze(true);
    await olderThan(1500);
    http.answer = (question) => ('hash' in question ? { active: true, pat: key.record } : { active: true, membership: { ...membership, projects: { main: 'viewer' } } });
    await eventually(async () => (await outcome(key.token, list))[0] === 200);
    expect((await outcome(key.token))[0]).not.toBe(503);
    expect((await world.post(call(), bearer(key.token))).json.result).toBeUndefined();
  });

  verifies('GW-23', 'a key that is younger than what the gateway has heard works, frozen feed or not', async () => {
    const { freeze, outcome, http } = setUp;
    const { token, publicId, hash } = mintToken();
    const record: PatRecord = { ...key.record, id: publicId, hash };
    freeze(true);
    expect((await outcome(token)).slice(0, 2)).toEqual([503, 'state_stale']);
    http.answer = sayWhatIsTrue(record);
    await eventually(async () => (await outcome(token))[0] === 200);
    expect((await outcome(mintToken().token)).slice(0, 2)).toEqual([401, 'token_unknown']);
  });

  verifies('GW-63', 'an open stream is closed when its credential cannot be confirmed, and kept when it can', async () => {
    const { freeze, olderThan, http } = setUp;
    const openStream = async () => {
      world.upstream.handle = (received) => {
        if (received.url === '/internal/ask') {
          if (http.answer !== null) received.response.setHeader('content-type', 'application/json').end(JSON.stringify(http.answer(JSON.parse(received.body) as Record<string, unknown>)));
          return;
        }
        received.response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
      };
      const { response } = await open(world.mcp, { method: 'GET', headers: bearer(key.token) });
      const reader = pieces(response);
      await reader.next();
      return { response, reader };
    };
    const { response, reader } = await openStream();
    http.answer = sayWhatIsTrue(key.record);
    freeze(true);
    await olderThan(4000);
    expect(response.destroyed || response.complete).toBe(false);
    http.answer = (question) => ('hash' in question ? { active: false, code: 'token_revoked' } : alive);
    expect(await reader.next()).toBeNull();

    freeze(false);
    http.answer = null;
    await eventually(async () => (await setUp.agesMs()).keys < 900);
    const silent = await openStream();
    freeze(true);
    expect(await silent.reader.next()).toBeNull();
    expect((await setUp.agesMs()).keys).toBeGreaterThan(1500);
  }, 30_000);

  verifies('G2', 'an event loop that was blocked between credential and decision accepts nothing on an old proof', async () => {
    const { outcome } = setUp;
    // The request is held in `readMessage`, with its credential found alive, while the process stands still.
    const body = JSON.stringify(call());
    const { request } = await import('node:http');
    const answered = new Promise<number>((resolve, reject) => {
      const outgoing = request(world.mcp, { method: 'POST', agent: false, headers: { ...bearer(key.token), 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'content-length': Buffer.byteLength(body) } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.write(body.slice(0, 5));
      // Once another request has come through, the first one's head has been read as well.
      void outcome(key.token).then(() => {
        setUp.freeze(true);
        const until = performance.now() + 1600;
        while (performance.now() < until);
        outgoing.end(body.slice(5));
      }, reject);
    });
    expect(await answered).toBe(503);
    expect(world.upstream.received.filter(({ url }) => url === '/mcp')).toHaveLength(1);
  });
});

describe('the clock on the wall', () => {
  verifies('G2', 'may be wrong, or jump, and the bound stays what it is', async () => {
    const { world, outcome, freeze, olderThan } = await startStaleWorld();
    const now = Date.now;
    try {
      const { token } = await world.pat();
      await eventually(async () => (await outcome(token))[0] === 200);
      for (const hours of [-24 * 365, 24 * 365]) {
        Date.now = () => now() + hours * 3_600_000;
        expect((await outcome(token))[0]).toBe(200);
      }
      freeze(true);
      Date.now = () => now() - 3_600_000;
      await olderThan(1500);
      expect(await outcome(token)).toEqual(stale);
    } finally {
      Date.now = now;
      await world.close();
    }
  });
});

/** Whoever may write to the stream can put anything there. */
class ForgeableFeed extends InProcessFeed {
  forge(writer: 'identity' | 'keys', subject: string, text: string): void {
    this.append(writer, subject, text);
  }
}

describe('forged messages', () => {
  verifies('G2', 'garbage, unknown kinds, foreign subjects and older versions change nothing and are counted', async () => {
    const feed = new ForgeableFeed();
    const { world, outcome, agesMs } = await startStaleWorld({}, feed);
    try {
      const { token, record } = await world.pat();
      const dead = await world.pat({ revokedAt: 5 });
      await eventually(async () => (await outcome(token))[0] === 200);
      const subject = `feed.keys.pat.${dead.record.id}`;
      const other = createHash('sha256').update('x').digest('base64url');
      feed.forge('keys', subject, 'garbage');
      feed.forge('keys', 'feed.keys.odd.x', JSON.stringify({ subject: 'feed.keys.odd.x', version: 9, record: { kind: 'odd', id: 'x' } }));
      feed.forge('keys', 'feed.keys.pat.zzzzzzzz', JSON.stringify({ subject, version: 9, record: { ...dead.record, revokedAt: null } }));
      feed.forge('keys', 'feed.keys.grant.x', JSON.stringify({ subject: 'feed.keys.grant.x', version: 9, record: { kind: 'grant', id: 'gid-1', revokedAt: 1, expiresAt: 2 } }));
      feed.forge('keys', `feed.keys.pat.${record.id}`, JSON.stringify({ subject: `feed.keys.pat.${record.id}`, version: 1, record: { ...record, hash: other } }));
      await eventually(async () => (await send(`${world.management}/metrics`, { method: 'GET' })).text.includes('feed_invalid_total{feed="keys"} 4'));
      expect((await outcome(token))[0]).toBe(200);
      expect((await outcome(dead.token)).slice(0, 2)).toEqual([401, 'token_revoked']);
      expect((await outcome(await world.jwt()))[0]).toBe(200);
      await eventually(async () => (await agesMs()).keys < 900);
    } finally {
      await world.close();
    }
  });
});
