import { eventually, verifies } from '@latchkey/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { open, pieces, send } from './support/send.ts';
import type { Received } from './support/upstream.ts';
import { bearer, call, startWorld, type World } from './support/world.ts';

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

describe('event streams', () => {
  let world: World;
  let auth: { authorization: string };
  const headers = () => ({ ...auth, 'content-type': 'application/json', accept: 'application/json, text/event-stream' });
  beforeAll(async () => {
    world = await startWorld();
    auth = bearer((await world.pat()).token);
  });
  afterAll(() => world.close());
  beforeEach(() => { world.upstream.received.splice(0); });

  /** Opens a stream that the upstream holds open; resolves when both ends have it. */
  async function openStream(credential = auth, method = 'POST') {
    let held: Received | undefined;
    world.upstream.handle = (received) => {
      held = received;
      received.response.writeHead(200, { 'content-type': 'text/event-stream' });
      received.response.write(event({ first: true }));
    };
    const { response, abort } = await open(world.mcp, { method, headers: { ...headers(), ...credential }, ...(method === 'POST' ? { body: call() } : {}) });
    const reader = pieces(response);
    expect(await reader.next()).toBe(event({ first: true }));
    if (held === undefined) throw new Error('the upstream was not asked');
    return { upstream: held, response, reader, abort };
  }

  verifies('GW-60', 'each event passes at once, while the upstream holds the stream open', async () => {
    const { upstream, response, reader } = await openStream();
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', 'cache-control': 'no-store' });
    expect(response.headers['content-encoding']).toBeUndefined();
    for (const n of [1, 2, 3]) {
      upstream.response.write(event({ n }));
      expect(await reader.next()).toBe(event({ n }));
    }
    upstream.response.end(event({ last: true }));
    expect(await reader.next()).toBe(event({ last: true }));
    expect(await reader.next()).toBeNull();
    expect(response.complete).toBe(true);
  });

  verifies('GW-61', 'a client that leaves aborts the upstream, before and after its headers', async () => {
    const stream = await openStream();
    stream.abort();
    await eventually(() => stream.upstream.aborted);

    world.upstream.handle = () => undefined;
    world.upstream.received.splice(0);
    const { request } = await import('node:http');
    const outgoing = request(world.mcp, { method: 'POST', agent: false, headers: headers() }).on('error', () => undefined);
    outgoing.end(JSON.stringify(call()));
    await eventually(() => world.upstream.received.length === 1);
    outgoing.destroy();
    await eventually(() => world.upstream.received[0]?.aborted === true);
    await eventually(() => world.log().includes('"status":499'));
  });

  it('is counted for as long as it is open, however it ends', async () => {
    const counted = async (): Promise<string | undefined> => /^gateway_streams (\d+)$/m.exec((await send(`${world.management}/metrics`, { method: 'GET' })).text)?.[1];
    await eventually(async () => (await counted()) === '0');
    const { record, token } = await world.pat();
    const [left, ended, cut, open] = [await openStream(), await openStream(), await openStream(bearer(token)), await openStream()];
    expect(await counted()).toBe('4');
    left.abort();
    await eventually(async () => (await counted()) === '3');
    ended.upstream.response.end();
    await eventually(async () => (await counted()) === '2');
    await world.publish({ ...record, revokedAt: Math.floor(Date.now() / 1000) });
    expect(await cut.reader.next()).toBeNull();
    await eventually(async () => (await counted()) === '1');
    open.upstream.response.destroy();
    await eventually(async () => (await counted()) === '0');
  });

  verifies('GW-62', 'an upstream that breaks off ends the stream, and nothing is invented', async () => {
    const { upstream, reader } = await openStream();
    upstream.response.destroy();
    expect(await reader.next()).toBeNull();
    expect(reader.all()).toBe(event({ first: true }));
  });

  verifies('GW-62', 'half a JSON answer never looks like a whole one', async () => {
    world.upstream.handle = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"jsonrpc":"2.0",', () => response.destroy());
    };
    await expect(send(world.mcp, { headers: headers(), body: call() })).rejects.toThrow(/aborted/);
  });

  verifies('GW-63', 'a key that is narrowed, or moved to other addresses, loses its open streams', async () => {
    for (const change of [{ scopes: ['mcp:execute' as const], tools: ['demo:other'] }, { allowedIps: ['203.0.113.0/24'] }]) {
      const { token, record } = await world.pat();
      const { reader } = await openStream(bearer(token));
      await world.publish({ ...record, ...change });
      expect(await reader.next()).toBeNull();
    }
  });

  verifies('GW-63', 'a revocation cuts the open streams of that credential, and no others', async () => {
    const { token, record } = await world.pat();
    const mine = await openStream(bearer(token));
    const get = await openStream(bearer(token), 'GET');
    const jwt = await openStream(bearer(await world.jwt({ gid: 'gid-9' })));
    const other = await openStream();
    await world.publish({ ...record, revokedAt: 1 });
    expect(await mine.reader.next()).toBeNull();
    expect(await get.reader.next()).toBeNull();
    await eventually(() => mine.upstream.aborted && get.upstream.aborted);
    mine.upstream.response.write(event({ late: true }));
    await world.publish({ kind: 'grant', id: 'gid-9', revokedAt: 1, expiresAt: 4_000_000_000 });
    expect(await jwt.reader.next()).toBeNull();
    other.upstream.response.write(event({ alive: true }));
    expect(await other.reader.next()).toBe(event({ alive: true }));
    expect(mine.reader.all()).toBe(event({ first: true }));
    other.abort();
  });

  verifies('GW-63', 'a stream ends with the membership, with the server and with the life of its credential', async () => {
    const member = (projects: Record<string, 'viewer'>) => ({ kind: 'member' as const, user: 'user-3', memberships: [{ org: 'acme', role: 'member' as const, projects, epoch: null }] });
    await world.publish(member({ main: 'viewer' }));
    const left = await openStream(bearer((await world.pat({ owner: 'user-3' })).token), 'GET');
    await world.publish(member({}));
    expect(await left.reader.next()).toBeNull();

    const short = await openStream(bearer(await world.jwt({ exp: Math.floor(Date.now() / 1000) + 1 })));
    expect(await short.reader.next()).toBeNull();
    await eventually(() => short.upstream.aborted);

    const temporary = world.server({ slug: 'temporary' });
    await world.publish(temporary);
    world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({ first: true }));
    const { response } = await open(`${world.url}/mcp/temporary`, { method: 'GET', headers: auth });
    const reader = pieces(response);
    await reader.next();
    await world.publish({ ...temporary, deletedAt: 5 });
    expect(await reader.next()).toBeNull();
    expect((await world.post(call(), auth, '/mcp/temporary')).status).toBe(404);
  });

  verifies('GW-60', 'a slow reader slows the upstream down instead of filling the memory', async () => {
    let written = 0;
    let finished = false;
    world.upstream.handle = async ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.setMaxListeners(0);
      const chunk = event({ padding: 'x'.repeat(64 * 1024) });
      for (let n = 0; n < 1600; n += 1) {
        written += chunk.length;
        if (!response.write(chunk)) await new Promise<void>((resolve) => { response.once('drain', resolve).once('close', resolve); });
      }
      finished = true;
      response.end();
    };
    const { response, abort } = await open(world.mcp, { headers: headers(), body: call() });
    response.pause();
    let before = -1;
    // It has stopped when two looks, some time apart, see the same.
    await eventually(() => { const still = written > 0 && written === before; before = written; return still; }, { timeoutMs: 10_000 });
    expect(finished).toBe(false);
    expect(written).toBeLessThan(50 * 1024 * 1024);
    response.resume();
    await eventually(() => finished, { timeoutMs: 20_000 });
    abort();
  }, 40_000);

  // Last: no token of this file is worth anything after it.
  verifies('AS-71', 'a stream ends with the signing key of its token, and no other does', async () => {
    const [dying, living] = [await openStream(bearer(await world.jwt())), await openStream()];
    const stranger = await generateKeyPair('ES256', { extractable: true });
    await world.publish({ kind: 'jwks', keys: [{ ...(await exportJWK(stranger.publicKey)), kid: 'k2', alg: 'ES256', use: 'sig' }] });
    expect(await dying.reader.next()).toBeNull();
    await eventually(() => dying.upstream.aborted);
    living.upstream.response.end(event({ last: true }));
    expect(await living.reader.next()).toBe(event({ last: true }));
    expect((await send(world.mcp, { headers: { ...headers(), ...bearer(await world.jwt()) }, body: call() })).status).toBe(401);
  });
});

describe('a stream on which nothing happens', () => {
  verifies('GW-62', 'is ended after the longest silence that is configured', async () => {
    const world = await startWorld({ env: { LATCHKEY_STREAM_IDLE_SECONDS: '1' } });
    try {
      const auth = bearer((await world.pat()).token);
      world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({ first: true }));
      const { response } = await open(world.mcp, { method: 'GET', headers: auth });
      const reader = pieces(response);
      await reader.next();
      expect(await reader.next()).toBeNull();
      await eventually(() => world.upstream.received[0]?.aborted === true);
    } finally {
      await world.close();
    }
  });

  verifies('GW-64', 'of a gateway that leaves, subscriptions end with their result, older streams end, and calls have their time', async () => {
    const world = await startWorld();
    try {
      const auth = bearer((await world.pat()).token);
      const held: Received[] = [];
      world.upstream.handle = (received) => {
        held.push(received);
        received.response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({ first: true }));
      };
      const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'spec', version: '1' }, 'io.modelcontextprotocol/clientCapabilities': {} };
      const listen = { jsonrpc: '2.0', id: 'sub-7', method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: meta } };
      const json = { ...auth, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const begun = async (options: Parameters<typeof open>[1]) => {
        const { response } = await open(world.mcp, options);
        const reader = pieces(response);
        expect(await reader.next()).toBe(event({ first: true }));
        return { response, reader };
      };
      const subscription = await begun({ headers: { ...json, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' }, body: listen });
      const older = await begun({ method: 'GET', headers: { ...auth, accept: 'text/event-stream' } });
      const running = await begun({ headers: json, body: call() });

      const drained = world.drain(30_000);
      const told = await subscription.reader.next();
      expect(JSON.parse(/^data: (.*)$/m.exec(told ?? '')?.[1] ?? '')).toEqual({
        jsonrpc: '2.0', id: 'sub-7', result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub-7' } },
      });
      expect([await subscription.reader.next(), subscription.response.complete]).toEqual([null, true]);
      expect([await older.reader.next(), older.response.complete]).toEqual([null, true]);
      await eventually(() => held.slice(0, 2).every(({ aborted }) => aborted));
      held[2]?.response.end(event({ last: true }));
      expect(await running.reader.next()).toBe(event({ last: true }));
      expect([await running.reader.next(), running.response.complete]).toEqual([null, true]);
      await drained;
    } finally {
      await world.close();
    }
  });

  verifies('GW-64', 'what was subscribed at a server that goes is told so, and what its own key lost is not', async () => {
    const world = await startWorld();
    try {
      world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({ first: true }));
      const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'spec', version: '1' }, 'io.modelcontextprotocol/clientCapabilities': {} };
      const listen = { jsonrpc: '2.0', id: 'sub-8', method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: meta } };
      const modern = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
      const server = world.server({ slug: 'going' });
      await world.publish(server);
      const [kept, revoked] = [await world.pat(), await world.pat()];
      const readers = await Promise.all([kept, revoked].map(async ({ token }) => {
        const { response } = await open(`${world.url}/mcp/going`, { headers: { ...bearer(token), ...modern }, body: listen });
        const reader = pieces(response);
        expect(await reader.next()).toBe(event({ first: true }));
        return reader;
      }));
      await world.publish({ ...revoked.record, revokedAt: Math.floor(Date.now() / 1000) });
      expect(await readers[1]?.next()).toBeNull();
      await world.publish({ ...server, deletedAt: Math.floor(Date.now() / 1000) });
      expect(JSON.parse(/^data: (.*)$/m.exec((await readers[0]?.next()) ?? '')?.[1] ?? '')).toEqual({
        jsonrpc: '2.0', id: 'sub-8', result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub-8' } },
      });
      expect(await readers[0]?.next()).toBeNull();
    } finally {
      await world.close();
    }
  });

  it('does not hold up the end of the gateway', async () => {
    const world = await startWorld();
    const auth = bearer((await world.pat()).token);
    world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event({ first: true }));
    const { response } = await open(world.mcp, { method: 'GET', headers: auth });
    const reader = pieces(response);
    await reader.next();
    await world.close();
    expect(await reader.next()).toBeNull();
  });
});
