import { eventually, verifies } from '@latchkey/testing';
import { mintToken } from '@latchkey/token';
import { send } from './support/send.ts';
import { bearer, call, startWorld, type World } from './support/world.ts';

describe('the management port', () => {
  let world: World;
  beforeAll(async () => { world = await startWorld(); });
  afterAll(() => world.close());
  const get = (path: string) => send(`${world.management}${path}`, { method: 'GET' });

  verifies('G2', 'shows how fresh each feed is, and nothing of it on the port for callers', async () => {
    const { status, json, headers } = await get('/feed-status');
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(json).toEqual({
      identity: { ageMs: expect.any(Number), appliedSequence: 5, digestOk: true, epoch: expect.stringMatching(/^identity\/.+#0$/) },
      keys: { ageMs: expect.any(Number), appliedSequence: 0, digestOk: true, epoch: expect.stringMatching(/^keys\/.+#0$/) },
    });
    expect(json.identity.ageMs).toBeLessThan(2000);
    for (const path of ['/metrics', '/feed-status']) expect((await send(`${world.url}${path}`, { method: 'GET' })).status).toBe(404);
    for (const path of ['/readyz', '/mcp/demo', '/v1/pats']) expect((await get(path)).status).toBe(404);
  });

  verifies('G2', 'has these metrics with these labels and no others, whatever callers send', async () => {
    const { token } = await world.pat();
    await eventually(async () => (await world.post(call(), bearer(token))).status === 200);
    await world.post(call(), bearer(token));
    await world.post(call('x/"\n{evil}'), bearer(token));
    await world.post(call(), bearer(mintToken().token));
    await world.post({ jsonrpc: '2.0', id: 1, method: 'x/"\n{evil}', params: {} }, bearer(token));
    await world.post(call(), {}, '/mcp/a-name-of-my-own');
    world.upstream.handle = ({ response }) => void response.writeHead(418).end();
    await world.post(call(), bearer(token));
    const { text } = await get('/metrics');
    const families = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`).sort();
    expect(families.filter((family) => !/^(?:process|nodejs)_/.test(family))).toEqual([
      'applied_seq gauge', 'digest_ok gauge', 'feed_age_seconds gauge', 'feed_invalid_total counter', 'feed_rebuilds_total counter', 'fence_rtt_seconds gauge',
      'gateway_cache_lookups_total counter', 'gateway_call_duration_seconds histogram', 'gateway_calls_total counter', 'gateway_rate_limit_trips_total counter', 'gateway_rate_limited_total counter', 'gateway_rate_limits gauge', 'gateway_requests_total counter', 'gateway_servers gauge', 'gateway_streams gauge', 'online_asks_total counter', 'stale_denials_total counter',
    ]);
    const labels = new Map<string, Set<string>>();
    for (const [, names] of text.matchAll(/^(?!process_|nodejs_)\w+\{(.*)\} \S+$/gm)) {
      for (const [, label, value] of (names ?? '').matchAll(/(\w+)="([^"]*)"/g)) labels.set(label ?? '', (labels.get(label ?? '') ?? new Set()).add(value ?? ''));
    }
    expect(Object.fromEntries([...labels].map(([label, values]) => [label, [...values].sort()]))).toEqual({
      cache: ['access_tokens', 'assertions', 'connections'], result: ['hit', 'miss'], server: ['demo'], tool: ['', 'add', 'other'], outcome: ['answered', 'refused'],
      le: ['+Inf', '0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '10', '2.5', '30', '5'],
      counted: ['insurance', 'memory', 'shared'], trip: ['answered', 'failed'],
      limit: ['address', 'concurrency', 'credential', 'failures', 'hooks', 'leaks', 'org', 'server', 'tool', 'user'], state: ['down', 'unknown', 'up'], feed: ['identity', 'keys'], route: ['mcp', 'none'], status: expect.arrayContaining(['200', '401', '404', '4xx']), code: expect.arrayContaining(['none', 'not_found', 'token_unknown']),
    });
    expect(text).not.toMatch(/evil|my-own|="418"/);
    expect(text).toMatch(/^digest_ok\{feed="identity"\} 1$/m);
    expect(text).toMatch(/^gateway_calls_total\{server="demo",tool="add",outcome="answered"\} 2$/m);
    expect(text).toMatch(/^gateway_call_duration_seconds_bucket\{le="\+Inf",server="demo",tool="add"\} 3$/m);
    expect(text).toMatch(/^gateway_cache_lookups_total\{cache="assertions",result="hit"\} [1-9]/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect(text).toMatch(/^stale_denials_total\{feed="keys"\} 0$/m);
  });
});
