import { eventually, verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { connection, readMessages } from './fuzz/http.ts';
import { cuts, inPieces } from './fuzz/mutations.ts';
import { announce, checkAsync, shares } from './fuzz/plan.ts';
import { open, pieces, send } from './support/send.ts';
import { sendRaw, statusesIn } from './support/raw.ts';
import { answerJson } from './support/upstream.ts';
import { Wire, type Talk } from './support/wire.ts';
import { bearer, call, startWorld, type World } from './support/world.ts';

describe(`a caller who means harm, ${announce(['memory', 'sockets'])}`, () => {
  let world: World;
  let token: string;
  beforeAll(async () => {
    world = await startWorld({ env: { LATCHKEY_RATE_LIMIT_PER_MINUTE: '1000000', LATCHKEY_FAILED_CREDENTIALS_PER_MINUTE: '1000000' } });
    ({ token } = await world.pat());
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.upstream.received.splice(0);
    world.upstream.handle = answerJson;
  });

  const body = JSON.stringify(call());
  const lines = (more: readonly string[] = [], text = body) => [
    'POST /mcp/demo HTTP/1.1', 'Host: gateway.test', `Authorization: Bearer ${token}`, 'Content-Type: application/json', 'Accept: application/json, text/event-stream', 'Connection: close',
    ...more, ...(more.some((line) => /^(?:content-length|transfer-encoding)/i.test(line.trim())) ? [] : [`Content-Length: ${Buffer.byteLength(text)}`]), '', text,
  ];
  const request = (more?: readonly string[], text?: string) => lines(more, text).join('\r\n');
  /** What somebody would like to have a second request taken for. */
  const smuggled = request([], JSON.stringify({ ...call('smuggled'), id: 666 }));

  /** Whatever came in: every request that went on is one that was judged, whole, and under no name but ours. */
  function expectJudged(): void {
    for (const received of world.upstream.received) {
      // Legacy clients open and end sessions with these; a body that came with one stays behind.
      if (/^(?:GET|DELETE)$/.test(received.method)) {
        expect([received.url, received.headers.authorization, received.headers['transfer-encoding'], received.body]).toEqual(['/mcp', undefined, undefined, '']);
        continue;
      }
      expect([received.method, received.url, received.headers.authorization, received.headers['transfer-encoding']]).toEqual(['POST', '/mcp', undefined, undefined]);
      expect(received.headers['content-length']).toBe(String(Buffer.byteLength(received.body)));
      expect(JSON.parse(received.body)).toMatchObject({ jsonrpc: '2.0' });
    }
  }

  verifies(['GW-42', 'GW-80'], 'two readings of where a request ends are no request: nothing is smuggled', async () => {
    const length = Buffer.byteLength(body);
    const chunked = `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const both = (first: string, second: string) => request([first, second], `0\r\n\r\n${smuggled}`);
    const ambiguous = [
      both('Content-Length: 5', 'Transfer-Encoding: chunked'), both('Transfer-Encoding: chunked', 'Content-Length: 5'),
      request([`Content-Length: ${length}`, `Content-Length: ${length + 1}`]), request([`Content-Length: ${length}, ${length}`]),
      ...['-1', '+5', '0x5', '5 5', ' ', '5e1', '٥', '99999999999999999999'].map((value) => request([`Content-Length: ${value}`], body + smuggled)),
      ...['xchunked', 'x chunked', 'chunked, identity', 'identity', 'chunked\x0b', 'chunked, chunked', 'gzip, chunked'].map((value) => request([`Transfer-Encoding: ${value}`], chunked + smuggled)),
      request(['Transfer-Encoding : chunked'], chunked), request(['Transfer-Encoding: chunked'], `${length.toString(16)};x=\n\r\n${body}\r\n0\r\n\r\n`),
      request(['Transfer-Encoding: chunked'], `-1\r\n${body}\r\n0\r\n\r\n`), request(['Transfer-Encoding: chunked'], `fffffffffffffffff\r\n${body}`),
      request(['X-A: b\r\n folded: c']), request(['X-A: b\rContent-Length: 0']), request(['X-A: b\0c']), request(['X A: b']), request([': b']), request(['X-A : b']),
      request(['Host: gateway.test']), request(['Host: evil.example']), request([`Authorization: Bearer ${token}`]),
    ];
    for (const text of ambiguous) {
      world.upstream.received.splice(0);
      const answer = await sendRaw(world.url, [text]);
      const statuses = statusesIn(answer);
      expect([text.slice(0, 400), statuses.filter((status) => status >= 500)]).toEqual([text.slice(0, 400), []]);
      expectJudged();
      // One connection, one request: the first answer closes it, so a second one could only come of a second reading.
      expect([text.slice(0, 400), statuses.length <= 1, world.upstream.received.length <= 1]).toEqual([text.slice(0, 400), true, true]);
      expect(world.upstream.received.some(({ body: seen }) => seen.includes('smuggled'))).toBe(false);
    }
    // An absolute URI names the host that counts (RFC 9112 section 3.2.2), and one elsewhere is not ours.
    for (const target of ['http://evil.example/mcp/demo', '//evil.example/mcp/demo', '/mcp/demo/../../v1/pats', '/mcp/%64emo', '/mcp/demo%00', '\\mcp\\demo', '*']) {
      const statuses = statusesIn(await sendRaw(world.url, [request().replace('/mcp/demo', target)]));
      expect([target, statuses.every((status) => status >= 400 && status < 500)]).toEqual([target, true]);
    }
  });

  verifies('GW-42', 'a go-ahead to a request that waits for its turn is not written into the answer of another', async () => {
    const wire = await Wire.to(world.url);
    const keepAlive = (more: string[] = []) => request(more).replace('Connection: close\r\n', '');
    const { answer } = await wire.overMemory([Buffer.from(keepAlive() + keepAlive(['Expect: 100-continue']).replace(token, 'x') + keepAlive())]);
    wire.close();
    const text = answer.toString('latin1');
    // Without a go-ahead nobody knows whether the body will come: that answer is the last one.
    expect([text.match(/HTTP\/1\.1 \d{3}/g), text.includes('100 Continue')]).toEqual([['HTTP/1.1 200', 'HTTP/1.1 401'], false]);
  });

  verifies('GW-42', 'what a request expects besides a go-ahead is refused, and nothing behind it is read', async () => {
    const wire = await Wire.to(world.url);
    const keepAlive = (more: string[] = []) => request(more).replace('Connection: close\r\n', '');
    for (const more of [[], ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked']]) {
      world.upstream.received.splice(0);
      const { answer } = await wire.overMemory([Buffer.from(keepAlive(['Expect: x', ...more]).replace(/Content-Length: \d+\r\n/, more.length === 0 ? '$&' : '') + keepAlive())]);
      const text = answer.toString('latin1');
      expect([text.match(/HTTP\/1\.1 \d{3}/g), text.includes('invalid_request'), world.upstream.received.length]).toEqual([[more.length === 0 ? 'HTTP/1.1 417' : 'HTTP/1.1 400'], true, 0]);
    }
    wire.close();
  });

  /** What a connection may come to, whatever it brought. @throws Error that says which promise is broken */
  function judge(sent: Buffer, { begun, answer }: Talk): void {
    const strict = readMessages(sent.toString('latin1'));
    const text = answer.toString('latin1');
    let final = -1;
    const hasBody = (start: string): boolean => {
      if (start.startsWith('HTTP/1.1 1')) return false;
      final += 1;
      return !/^HTTP\/1\.1 (?:204|304)/.test(start) && begun[final]?.method !== 'HEAD';
    };
    const answers = readMessages(text, hasBody).filter(({ start }) => !start.startsWith('HTTP/1.1 1'));
    const statuses = statusesIn(text);
    expect(text).not.toContain('the server hangs');
    // No second reading: what the server took for requests are the requests of the strictest reader, in their order.
    const refusedAt = begun.findIndex(({ request }) => request.httpVersionMajor !== 1 || (request.headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked');
    const taken = refusedAt === -1 ? begun : begun.slice(0, refusedAt);
    expect(taken.map(({ method, target }) => `${method} ${target}`)).toEqual(strict.slice(0, taken.length).map(({ start }) => start.replace(/ +HTTP\/1\.\d$/, '').replace(/ +/, ' ')));
    const whole = strict.filter(({ complete }) => complete).map(({ body: one }) => Buffer.from(one, 'latin1').toString());
    // Requests of one connection go on side by side.
    for (const { body: seen } of world.upstream.received.filter(({ method }) => method === 'POST')) {
      const at = whole.indexOf(seen);
      expect([seen, at]).not.toEqual([seen, -1]);
      whole.splice(at, 1);
    }
    expectJudged();
    // Nothing of ours breaks, refusals have their codes, and nobody gets the answer to another request.
    expect(statuses.filter((status) => status >= 500 && status !== 501 && status !== 505)).toEqual([]);
    expect(text).not.toContain(token);
    answers.forEach(({ start, headers, body: answered, complete }, at) => {
      if (!complete || answered === '' || !headers.some(([name, value]) => name === 'content-type' && value.includes('json'))) return;
      const said = JSON.parse(Buffer.from(answered, 'latin1').toString()) as { code?: unknown; id?: unknown; error?: { code?: unknown } };
      if (Number(start.slice(9, 12)) >= 400) expect(typeof (said.code ?? said.error?.code)).toMatch(/string|number/);
      if (!start.startsWith('HTTP/1.1 200') || said.id === undefined) return;
      expect(said.id).toBe((JSON.parse(Buffer.from(strict[at]?.body ?? '{}', 'latin1').toString()) as { id?: unknown }).id);
    });
  }

  const fuzzed = (share: 'memory' | 'sockets'): (() => Promise<void>) => async () => {
    const wire = await Wire.to(world.url);
    let served = 0;
    try {
      await checkAsync(share, fc.asyncProperty(connection(token), cuts, async (sent, at) => {
        world.upstream.received.splice(0);
        const pieces = inPieces(sent, at);
        judge(sent, share === 'memory' ? await wire.overMemory(pieces) : await wire.overSocket(pieces));
        served += world.upstream.received.length;
      }));
    } finally {
      wire.close();
    }
    // A gateway that refused everything would have passed so far. Most connections bring nothing that can be served, and what stands in one piece with bytes that are
    // no request ends with them.
    expect(served).toBeGreaterThan(shares[share] / 8);
    expect((await send(world.mcp, { headers: { ...bearer(token), 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body: call() })).status).toBe(200);
  };

  verifies(['GW-02', 'GW-42', 'GW-80'], 'whatever a connection brings is refused, or served as the strictest reader reads it; nothing hangs or breaks', fuzzed('memory'), 600_000);
  verifies(['GW-42', 'GW-80'], 'and so over sockets that are kept alive', fuzzed('sockets'), 600_000);

  const event = 'id: 1\r\nevent: message\r\ndata: {"jsonrpc":"2.0","id":1,"result":{"text":"grün ☃"}}\r\n\r\n';
  const bytes = Buffer.from(event);
  const openEvents = async (of = token) => {
    const { response, abort } = await open(world.mcp, { headers: { ...bearer(of), 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body: call() });
    return { response, abort, reader: pieces(response) };
  };

  verifies('GW-63', 'more than a thousand streams of one key end with it, and those of another go on', async () => {
    const { token: doomed, record } = await world.pat();
    world.upstream.handle = ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event);
    const survivor = await openEvents();
    const streams: Awaited<ReturnType<typeof openEvents>>[] = [];
    for (let batch = 0; batch < 22; batch += 1) streams.push(...(await Promise.all(Array.from({ length: 50 }, () => openEvents(doomed)))));
    for (const { reader } of streams) expect(await reader.next()).toBe(event);
    await world.publish({ ...record, revokedAt: 1 });
    // A quiet stream is told now and then that it is alive, also between the event and the end.
    for (const { reader } of streams) {
      let piece = await reader.next();
      while (piece === ': keep-alive\n') piece = await reader.next();
      expect(piece).toBeNull();
    }
    await eventually(() => world.upstream.received.filter(({ aborted }) => aborted).length === 1100);
    for (const { response } of world.upstream.received) if (!response.destroyed) response.write(event);
    await eventually(() => expect(survivor.reader.all().replaceAll(': keep-alive\n', '')).toBe(event + event));
    survivor.abort();
  }, 120_000);

  verifies(['GW-61', 'GW-62'], 'either side may break off at any byte of a stream: the other one ends there, and nothing is made up', async () => {
    for (let length = 0; length <= bytes.length; length += 1) {
      const seen = world.upstream.received.length;
      world.upstream.handle = ({ response }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        if (length > 0) response.write(bytes.subarray(0, length));
      };
      const leaving = await openEvents();
      const whole = bytes.subarray(0, length).toString();
      await eventually(() => Buffer.byteLength(leaving.reader.all()) >= Buffer.byteLength(whole));
      leaving.abort();
      await eventually(() => world.upstream.received[seen]?.aborted === true);

      world.upstream.handle = ({ response }) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        response.write(bytes.subarray(0, length), () => response.destroy());
      };
      const left = await openEvents();
      while ((await left.reader.next()) !== null);
      expect(whole.startsWith(left.reader.all().replace(/�+$/, ''))).toBe(true);
    }
  }, 120_000);
});
