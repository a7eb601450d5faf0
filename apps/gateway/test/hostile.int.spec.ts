import { eventually, verifies } from '@latchkey/testing';
import { open, pieces, send } from './support/send.ts';
import { sendRaw, statusesIn } from './support/raw.ts';
import { answerJson } from './support/upstream.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Mulberry32: the same numbers for the same seed. */
function randomOf(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

describe(`a caller who means harm, FUZZ_SEED=${seed}`, () => {
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
      ...['xchunked', 'chunked, identity', 'identity', 'chunked\x0b', 'chunked, chunked', 'gzip, chunked'].map((value) => request([`Transfer-Encoding: ${value}`], chunked + smuggled)),
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

  verifies('GW-42', 'a request mutilated at random is refused or served as it was judged, and nothing breaks', async () => {
    const random = randomOf(seed);
    const tokens = ['\r\n', '\n', '\r', '\0', ' ', ':', 'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n', 'Connection: close\r\n', '{', '"', ',', '\\u0000', 'GET / HTTP/1.1\r\n\r\n', '\xff', 'HTTP/9.9', 'Bearer '];
    const mutate = (): Buffer[] => {
      let bytes = Buffer.from(request([], JSON.stringify(random(2) === 0 ? call() : list)), 'latin1');
      for (let change = random(4); change >= 0; change -= 1) {
        const at = random(bytes.length);
        const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
        const kind = random(5);
        if (kind === 0) bytes = Buffer.concat([head, Buffer.from([random(256)]), tail.subarray(1)]);
        else if (kind === 1) bytes = Buffer.concat([head, Buffer.from(tokens[random(tokens.length)]!, 'latin1'), tail]);
        else if (kind === 2) bytes = Buffer.concat([head, tail.subarray(random(20))]);
        else if (kind === 3) bytes = Buffer.concat([head, tail.subarray(0, random(60)), tail]);
        else bytes = Buffer.concat([bytes, Buffer.from(random(2) === 0 ? smuggled : body, 'latin1')]);
      }
      const cut = random(bytes.length);
      return [bytes.subarray(0, cut), bytes.subarray(cut)];
    };
    const cases = Array.from({ length: 3000 }, mutate);
    const texts: string[] = [];
    await Promise.all(Array.from({ length: 32 }, async () => {
      for (let next = cases.pop(); next !== undefined; next = cases.pop()) texts.push(await sendRaw(world.url, next));
    }));
    const statuses = texts.flatMap(statusesIn);
    expect(statuses.filter((status) => status >= 500 && status !== 505 && status !== 501)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status >= 400).length).toBeGreaterThan(300);
    for (const text of texts) expect(text).not.toContain(token);
    expectJudged();
    expect((await send(world.mcp, { headers: { ...bearer(token), 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body: call() })).status).toBe(200);
  }, 120_000);

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
    for (const { reader } of streams) expect(await reader.next()).toBeNull();
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
