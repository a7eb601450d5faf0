import { createHmac } from 'node:crypto';
import type { AuditEvent } from '@latchkey/contracts';
import { InProcessFeed } from '@latchkey/feed';
import { createRedis } from '@latchkey/ratelimit';
import { createLogger } from '@latchkey/telemetry';
import { eventually, startRedis, verifies, type TestRedis } from '@latchkey/testing';
import { Webhook } from 'standardwebhooks';
import { ann, bob, eve, KeysFixture, type Answer, type Claims, type Method } from './keys-fixture.ts';
import { startToolServer, type ToolServer } from './tool-server.ts';

const admin: Claims = { ...ann, scope: 'keys:write webhooks:write' };
const projectAdmin: Claims = { ...bob, scope: 'webhooks:write', roles: { org: 'member', projects: { prod: 'admin' } } };
const viewer: Claims = { ...bob, sub: 'vic', scope: 'webhooks:write', roles: { org: 'member', projects: { prod: 'viewer' } } };
const outsider: Claims = { ...bob, sub: 'olga', scope: 'webhooks:write', roles: { org: 'member', projects: { other: 'admin' } } };
const stranger: Claims = { ...eve, scope: 'webhooks:write' };
const path = '/v1/webhooks/subscriptions';
const unknownId = '00000000-0000-4000-8000-000000000000';
const action = { server: 'demo', tool: 'note', arguments: { title: '{{/issue/title}}', line: '#{{/issue/number}}', kind: 'webhook' } };

interface Subscription {
  id: string;
  secret: string;
  key: string;
  hook: string;
  base: string;
}

describe('webhooks in', () => {
  let keys: KeysFixture;
  let redis: TestRedis;
  let tools: ToolServer;
  beforeAll(async () => {
    [redis, tools] = await Promise.all([startRedis(), startToolServer()]);
    const feed = new InProcessFeed();
    // Identity's part: it knows where each server is.
    await feed.answer('ask.identity', (question) => {
      const slug = (question as { server: string }).server;
      const server = ({ demo: { org: 'acme', project: 'prod' }, lab: { org: 'acme', project: 'lab' }, theirs: { org: 'globex', project: 'prod' } } as Record<string, object>)[slug];
      return Promise.resolve({ connectUrl: 'https://issuer.example/connect/', server: server === undefined ? null : { ...server, url: 'http://127.0.0.1:9/mcp' } });
    });
    keys = await KeysFixture.start({ feed, env: { REDIS_URL: redis.url, LATCHKEY_GATEWAY_INTERNAL_URL: tools.url } });
    keys.clock.advance(Date.now() - keys.clock.nowMs());
  }, 60_000);
  afterAll(() => Promise.all([keys.stop(), redis.stop(), tools.stop()]));

  const subscribe = async (more: object = {}, as = admin): Promise<Subscription> => {
    const { status, body } = await keys.call(as, 'POST', path, { name: 'issues', project: 'prod', verifier: 'standard', action, ...more });
    expect([status, body]).toMatchObject([201, {}]);
    const id = String(body['id']);
    expect(body['url']).toBe(`https://gateway.example/v1/hooks/${id}`);
    return { id, secret: String(body['secret']), key: String(body['key']), hook: `/v1/hooks/${id}`, base: `${path}/${id}` };
  };
  let count = 0;
  const issue = (): string => JSON.stringify({ issue: { title: `Broken ${(count += 1)}`, number: count } });
  const sign = (secret: string, text: string, id = `msg_${count}`): Record<string, string> => {
    const at = new Date(keys.clock.nowMs());
    return { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(secret).sign(id, at, text), 'content-type': 'application/json' };
  };
  verifies(['K8', 'K9'], 'a key that is bound to addresses makes no subscription: what it would be called by is used from elsewhere', async () => {
    const minter = await keys.mint(admin, { scopes: ['webhooks:write', 'mcp:read', 'mcp:execute'], allowedIps: ['203.0.113.0/24'] });
    const counts = () => keys.query('SELECT (SELECT count(*) FROM webhook_subscriptions) AS subscriptions, (SELECT count(*) FROM personal_access_tokens) AS keys');
    const before = await counts();
    const byKey: Claims = { ...admin, credential: { kind: 'pat', id: minter.id } };
    expect(await keys.call(byKey, 'POST', path, { name: 'issues', project: 'prod', verifier: 'standard', action })).toMatchObject({ status: 403, body: { code: 'ip_not_allowed' } });
    expect(await counts()).toEqual(before);
    const free = await keys.mint(admin, { scopes: ['webhooks:write', 'mcp:read', 'mcp:execute'] });
    const made = await keys.call({ ...admin, credential: { kind: 'pat', id: free.id } }, 'POST', path, { name: 'issues', project: 'prod', verifier: 'standard', action });
    expect(made).toMatchObject({ status: 201 });
    await keys.call(admin, 'DELETE', `${path}/${String(made.body['id'])}`);
  });

  const post = (hook: string, text: string, headers: Record<string, string>): Promise<Answer> => keys.send('POST', hook, headers, text);
  const deliveries = async ({ base }: Subscription): Promise<Record<string, unknown>[]> => (await keys.call(admin, 'GET', `${base}/deliveries`)).body.items;
  const done = (subscription: Subscription, id: unknown, status: string): Promise<unknown> =>
    eventually(async () => expect((await keys.call(admin, 'GET', `${subscription.base}/deliveries/${String(id)}`)).body).toMatchObject({ status }));

  verifies(['K9', 'WH-13'], 'what is signed is taken with 202 and calls the tool with the arguments of the template, under the key of the subscription', async () => {
    const subscription = await subscribe();
    const text = issue();
    const answer = await post(subscription.hook, text, sign(subscription.secret, text));
    expect(answer).toMatchObject({ status: 202, body: { id: expect.any(String) as string, status: 'accepted' } });
    await done(subscription, answer.body['id'], 'succeeded');
    const call = tools.calls.at(-1)!;
    expect(call).toMatchObject({ path: '/mcp/demo', tool: 'note', arguments: { title: `Broken ${count}`, line: `#${count}`, kind: 'webhook' }, delivery: answer.body['id'], host: 'gateway.example' });
    const shown = await keys.call(admin, 'GET', `/v1/pats/${subscription.key}`);
    expect(shown.body).toMatchObject({ name: 'webhook: issues', owner: 'ann', scopes: ['mcp:read', 'mcp:execute'], projects: ['prod'], tools: ['demo:note'], status: 'active' });
    expect(call.token.startsWith(`lk_pat_${subscription.key}_`)).toBe(true);
    expect((await keys.call(admin, 'GET', `${subscription.base}/deliveries/${String(answer.body['id'])}`)).body).toMatchObject({ payload: text, attempts: 1, error: null, arguments: call.arguments });
    // Neither the key nor the secret is in an answer, a table or the log.
    const tables = await keys.query<{ name: string }>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'keys'");
    const contents = JSON.stringify(await Promise.all(tables.map(({ name }) => keys.query(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`))));
    const later = JSON.stringify([await keys.call(admin, 'GET', path), await keys.call(admin, 'GET', subscription.base)]);
    for (const secret of [call.token.slice(16), subscription.secret.slice(6)]) for (const place of [contents, later, keys.logLines.join('')]) expect(place.includes(secret)).toBe(false);
    await keys.call(admin, 'DELETE', subscription.base);
  });

  verifies('WH-10', 'what is not signed, or signed with something else, is 401 in the same words whatever failed, and nothing happens', async () => {
    const [subscription, other] = [await subscribe(), await subscribe()];
    const text = issue();
    const good = sign(subscription.secret, text);
    const bad: [Record<string, string>, string][] = [
      [{}, text], [sign(other.secret, text), text], [good, `${text} `], [{ ...good, 'webhook-id': 'msg_other' }, text], [{ ...good, 'webhook-timestamp': String(Number(good['webhook-timestamp']) - 1) }, text],
      [{ ...good, 'webhook-signature': 'v1,AAAA' }, text], [good, ''],
    ];
    const answers = [];
    for (const [headers, body] of bad) answers.push(await post(subscription.hook, body, { 'content-type': 'application/json', ...headers }));
    keys.clock.advance(301_000);
    answers.push(await post(subscription.hook, text, good));
    keys.clock.advance(-301_000);
    for (const answer of answers) expect({ ...answer.body, requestId: '' }).toEqual({ type: expect.any(String) as string, title: 'The signature is not valid', status: 401, detail: expect.any(String) as string, instance: '/v1/hooks', code: 'signature_invalid', requestId: '' });
    expect(await deliveries(subscription)).toEqual([]);
    expect((await keys.call(admin, 'GET', subscription.base)).body['refused']).toEqual({ count: bad.length + 1, lastAt: expect.any(String) as string });
    expect((await keys.call(admin, 'GET', other.base)).body['refused']).toEqual({ count: 0, lastAt: null });
    for (const hook of [`/v1/hooks/${unknownId}`, '/v1/hooks/x', "/v1/hooks/1'--"]) expect(await post(hook, text, good)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await keys.send('GET', subscription.hook, {})).toMatchObject({ status: 405 });
    expect(await post(subscription.hook, 'x'.repeat(1024 * 1024 + 1), good)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await post(subscription.hook, text, { ...good, 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
    for (const unreadable of ['not json', `${'['.repeat(100_000)}`]) {
      expect(await post(subscription.hook, unreadable, sign(subscription.secret, unreadable))).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    await Promise.all([subscription, other].map(({ base }) => keys.call(admin, 'DELETE', base)));
  });

  verifies(['WH-12', 'WH-11'], 'a repetition is answered 200 with the first id and calls nothing again, with Redis, while it is away, and many at once', async () => {
    const subscription = await subscribe();
    const text = issue();
    const headers = sign(subscription.secret, text);
    const many = await Promise.all(Array.from({ length: 8 }, () => post(subscription.hook, text, headers)));
    expect(many.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 202]);
    expect(new Set(many.map(({ body }) => body['id'])).size).toBe(1);
    // The same message signed anew, as a sender does that tries again.
    keys.clock.advance(5000);
    expect(await post(subscription.hook, text, sign(subscription.secret, text))).toMatchObject({ status: 200, body: { id: many[0]!.body['id'], status: 'duplicate' } });
    redis.freeze();
    try {
      expect(await post(subscription.hook, text, sign(subscription.secret, text))).toMatchObject({ status: 200, body: { id: many[0]!.body['id'] } });
      const next = issue();
      expect(await post(subscription.hook, next, sign(subscription.secret, next))).toMatchObject({ status: 202 });
      expect(await post(subscription.hook, next, sign(subscription.secret, next))).toMatchObject({ status: 200 });
    } finally {
      redis.resume();
    }
    expect(await deliveries(subscription)).toHaveLength(2);
    await keys.call(admin, 'DELETE', subscription.base);
  });

  verifies('WH-12', 'a message that could not be handed over is taken when its sender tries again', async () => {
    const subscription = await subscribe();
    const text = issue();
    const headers = sign(subscription.secret, text);
    await keys.query('ALTER TABLE hook_replays RENAME TO hook_replays_away');
    expect(await post(subscription.hook, text, headers)).toMatchObject({ status: 500 });
    await keys.query('ALTER TABLE hook_replays_away RENAME TO hook_replays');
    expect(await deliveries(subscription)).toEqual([]);
    expect(await post(subscription.hook, text, headers)).toMatchObject({ status: 202 });
    await keys.call(admin, 'DELETE', subscription.base);
  });

  verifies('WH-12', 'a repetition that Redis has forgotten takes no other message with it', async () => {
    const secret = 'a-secret-of-the-sender';
    const subscription = await subscribe({ verifier: 'github', secret });
    const [first, next] = [issue(), issue()];
    const send = (text: string, delivery: string) =>
      post(subscription.hook, text, { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`, 'x-github-delivery': delivery, 'content-type': 'application/json' });
    expect(await send(first, 'd-1')).toMatchObject({ status: 202 });
    const client = createRedis(redis.url, createLogger('keys', 'silent'));
    await eventually(() => client.status === 'ready');
    await client.flushall();
    client.disconnect();
    expect(await send(next, 'd-1')).toMatchObject({ status: 200 });
    expect(await send(next, 'd-2')).toMatchObject({ status: 202 });
    await keys.call(admin, 'DELETE', subscription.base);
  });

  verifies('WH-14', 'every scheme works with a secret of the sender, GitHub with either of its ids, and Slack is answered its challenge once it is signed', async () => {
    const secret = 'a-secret-of-the-sender';
    const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
    const seconds = String(Math.floor(keys.clock.nowMs() / 1000));
    const github = await subscribe({ verifier: 'github', secret });
    const text = issue();
    const signed = { 'x-hub-signature-256': `sha256=${hmac(text)}`, 'x-github-delivery': 'g-1', 'x-github-event': 'issues', 'content-type': 'application/json' };
    expect(await post(github.hook, text, signed)).toMatchObject({ status: 202 });
    expect(await post(github.hook, text, { ...signed, 'x-github-delivery': 'g-2' })).toMatchObject({ status: 200 });
    const next = issue();
    expect(await post(github.hook, next, { ...signed, 'x-hub-signature-256': `sha256=${hmac(next)}` })).toMatchObject({ status: 200 });
    expect(await post(github.hook, next, { ...signed, 'x-hub-signature-256': `sha256=${hmac(next)}`, 'x-github-delivery': 'g-3' })).toMatchObject({ status: 202 });

    const slack = await subscribe({ verifier: 'slack', secret });
    const hello = JSON.stringify({ type: 'url_verification', challenge: 'c-1' });
    const slackHeaders = (body: string) => ({ 'x-slack-request-timestamp': seconds, 'x-slack-signature': `v0=${hmac(`v0:${seconds}:${body}`)}`, 'content-type': 'application/json' });
    expect(await post(slack.hook, hello, slackHeaders(hello))).toMatchObject({ status: 200, body: { challenge: 'c-1' } });
    expect(await post(slack.hook, hello, slackHeaders('x'))).toMatchObject({ status: 401 });
    const form = `payload=${encodeURIComponent(issue())}`;
    const taken = await post(slack.hook, form, { ...slackHeaders(form), 'content-type': 'application/x-www-form-urlencoded' });
    expect(taken).toMatchObject({ status: 202 });
    expect((await keys.call(admin, 'GET', `${slack.base}/deliveries/${String(taken.body['id'])}`)).body['arguments']).toMatchObject({ title: `Broken ${count}` });

    const plain = await subscribe({ verifier: 'hmac-sha256', secret, hmac: { header: 'X-Acme-Signature', prefix: 'v1=' } });
    expect(await post(plain.hook, text, { 'x-acme-signature': `v1=${hmac(text)}` })).toMatchObject({ status: 202 });
    const stripe = await subscribe({ verifier: 'stripe', secret });
    const event = JSON.stringify({ id: 'evt_1', issue: { title: 'paid \u0000 \ud800' } });
    const stripeSignature = (): string => `t=${seconds},v1=${hmac(`${seconds}.${event}`)}`;
    const paid = await post(stripe.hook, event, { 'stripe-signature': stripeSignature(), 'content-type': 'application/json' });
    expect(paid).toMatchObject({ status: 202 });
    await done(stripe, paid.body['id'], 'succeeded');
    // Not the last one: the other deliveries of this test are made when they are.
    expect(tools.calls.find(({ delivery }) => delivery === paid.body['id'])!.arguments['title']).toBe('paid \ufffd \ufffd');
    await Promise.all([github, slack, plain, stripe].map(({ base }) => keys.call(admin, 'DELETE', base)));
  });

  verifies('WH-02', 'a rotated secret is taken until its overlap ends or it is retired', async () => {
    const subscription = await subscribe();
    const send = async (secret: string): Promise<number> => {
      const text = issue();
      return (await post(subscription.hook, text, sign(secret, text))).status;
    };
    const rotated = (await keys.call(admin, 'POST', `${subscription.base}/rotate-secret`, { overlapSeconds: 60 })).body as unknown as { secret: string; secrets: { id: string }[] };
    expect([await send(subscription.secret), await send(rotated.secret)]).toEqual([202, 202]);
    keys.clock.advance(61_000);
    expect([await send(subscription.secret), await send(rotated.secret)]).toEqual([401, 202]);
    const again = (await keys.call(admin, 'POST', `${subscription.base}/rotate-secret`, { overlapSeconds: 60 })).body as unknown as { secret: string; secrets: { id: string }[] };
    expect(await keys.call(admin, 'DELETE', `${subscription.base}/secrets/${again.secrets[1]!.id}`)).toMatchObject({ status: 200 });
    expect([await send(rotated.secret), await send(again.secret)]).toEqual([401, 202]);
    await keys.call(admin, 'DELETE', subscription.base);
  });

  verifies('K9', 'a tool that fails and a gateway that refuses are final, one that is away is tried again, and all of it can be delivered again', async () => {
    const subscription = await subscribe();
    const send = async (): Promise<unknown> => {
      const text = issue();
      return (await post(subscription.hook, text, sign(subscription.secret, text))).body['id'];
    };
    const detail = async (id: unknown): Promise<Record<string, unknown>> => (await keys.call(admin, 'GET', `${subscription.base}/deliveries/${String(id)}`)).body;
    tools.behave('tool error');
    const failed = await send();
    await done(subscription, failed, 'failed');
    expect(await detail(failed)).toMatchObject({ error: 'tool_error', attempts: 1 });
    tools.behave(401);
    const refused = await send();
    await done(subscription, refused, 'failed');
    expect(await detail(refused)).toMatchObject({ error: 'refused', attempts: 1 });
    tools.behave(503);
    const away = await send();
    await eventually(async () => expect(await detail(away)).toMatchObject({ status: 'pending', error: 'unavailable', attempts: 1, nextAttemptAt: expect.any(String) as string }));
    expect(await keys.call(admin, 'POST', `${subscription.base}/deliveries/${String(away)}/redeliver`)).toMatchObject({ status: 409 });
    tools.behave('well');
    await keys.query('UPDATE hook_deliveries SET due_at = now() WHERE id = $1', [away]);
    await done(subscription, away, 'succeeded');
    expect(await detail(away)).toMatchObject({ attempts: 2, error: null });
    const again = await keys.call(admin, 'POST', `${subscription.base}/deliveries/${String(failed)}/redeliver`);
    expect(again).toMatchObject({ status: 202, body: { redeliveryOf: failed } });
    await done(subscription, again.body['id'], 'succeeded');
    expect((await keys.call(admin, 'GET', `${subscription.base}/deliveries?status=failed`)).body.items.map(({ id }) => id).sort()).toEqual([failed, refused].sort());
    // What a killed process had begun: its claim ends.
    const claimed = await send();
    await done(subscription, claimed, 'succeeded');
    await keys.query("UPDATE hook_deliveries SET status = 'pending', claim = $2, due_at = now() WHERE id = $1", [claimed, unknownId]);
    await done(subscription, claimed, 'succeeded');
    expect(tools.calls.filter(({ delivery }) => delivery === claimed)).toHaveLength(2);
    await keys.call(admin, 'DELETE', subscription.base);
  });

  verifies('K9', 'a disabled subscription is not there for senders; a deleted one takes its key with it', async () => {
    const subscription = await subscribe();
    const text = issue();
    const disabled = await keys.call(admin, 'PATCH', subscription.base, { enabled: false, name: 'off', toleranceSeconds: 60, arguments: { all: '{{}}' } });
    expect(disabled).toMatchObject({ status: 200, body: { enabled: false, name: 'off', toleranceSeconds: 60, action: { server: 'demo', tool: 'note', arguments: { all: '{{}}' } } } });
    expect(await post(subscription.hook, text, sign(subscription.secret, text))).toMatchObject({ status: 404 });
    await keys.call(admin, 'PATCH', subscription.base, { enabled: true });
    expect(await post(subscription.hook, text, sign(subscription.secret, text))).toMatchObject({ status: 202 });
    expect(await keys.call(admin, 'DELETE', subscription.base)).toMatchObject({ status: 200, body: { id: subscription.id } });
    expect(await post(subscription.hook, text, sign(subscription.secret, text))).toMatchObject({ status: 404 });
    expect((await keys.call(admin, 'GET', `/v1/pats/${subscription.key}`)).body).toMatchObject({ status: 'revoked' });
    const events = await keys.query<{ event: AuditEvent }>("SELECT event FROM audit_outbox WHERE event->'target'->>'id' = $1", [subscription.id]);
    expect(events.map(({ event }) => event.action).sort()).toEqual(['webhook_subscription.changed', 'webhook_subscription.changed', 'webhook_subscription.created', 'webhook_subscription.deleted']);
  });

  verifies(['G8', 'K9'], 'administrators of the project keep its subscriptions; others see, or see nothing; no key gives away more than it is', async () => {
    const subscription = await subscribe({}, projectAdmin);
    const text = issue();
    const { body } = await post(subscription.hook, text, sign(subscription.secret, text));
    await done(subscription, body['id'], 'succeeded');
    const { secrets } = (await keys.call(admin, 'GET', subscription.base)).body as unknown as { secrets: { id: string }[] };
    const delivery = `${subscription.base}/deliveries/${String(body['id'])}`;
    const reads: [Method, string, unknown?][] = [['GET', subscription.base], ['GET', `${subscription.base}/deliveries`], ['GET', delivery]];
    const writes: [Method, string, unknown?][] = [
      ['PATCH', subscription.base, { name: 'x' }], ['POST', `${subscription.base}/rotate-secret`, {}], ['DELETE', `${subscription.base}/secrets/${secrets[0]!.id}`], ['POST', `${delivery}/redeliver`], ['DELETE', subscription.base],
    ];
    for (const [method, at, sent] of [...reads, ...writes]) {
      for (const nobody of [stranger, outsider]) expect([method, at, (await keys.call(nobody, method, at, sent)).status]).toEqual([method, at, 404]);
      expect((await keys.call(admin, method, at.replace(subscription.id, unknownId), sent)).status).toBe(404);
    }
    for (const [method, at] of reads) expect(await keys.call(viewer, method, at)).toMatchObject({ status: 200 });
    for (const [method, at, sent] of writes) {
      expect(await keys.call(viewer, method, at, sent)).toMatchObject({ status: 403, body: { code: 'insufficient_role' } });
      expect(await keys.call({ ...projectAdmin, scope: 'webhooks:read' }, method, at, sent)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    }
    const wanted = { name: 'n', project: 'prod', verifier: 'standard', action };
    for (const nobody of [stranger, outsider, viewer]) {
      const answer = await keys.call(nobody, 'POST', path, nobody === stranger ? { ...wanted, action: { ...action, server: 'theirs' } } : wanted);
      // Another organization may have a project of the same name: that is theirs.
      expect(nobody === stranger ? answer.status : answer.body['code']).toBe(nobody === stranger ? 201 : 'insufficient_role');
    }
    const pat = await keys.mint({ ...admin, scope: 'keys:write webhooks:write' }, { scopes: ['webhooks:write'] });
    const asKey: Claims = { ...admin, scope: 'webhooks:write', credential: { kind: 'pat', id: pat.id } };
    expect(await keys.call(asKey, 'POST', path, wanted)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    const wider = await keys.mint({ ...admin, scope: 'keys:write webhooks:write' }, { scopes: ['webhooks:write', 'mcp:read', 'mcp:execute'], expiresIn: 'never' });
    const made = await keys.call({ ...asKey, credential: { kind: 'pat', id: wider.id } }, 'POST', path, wanted);
    expect(made).toMatchObject({ status: 201 });
    expect((await keys.call(viewer, 'GET', path)).body.items.map(({ id }) => id).sort()).toEqual([subscription.id, made.body['id']].sort());
    expect((await keys.call(outsider, 'GET', path)).body.items).toEqual([]);
    expect((await keys.call(stranger, 'GET', path)).body.items).toHaveLength(1);
    const page = await keys.call(admin, 'GET', `${path}?limit=1&project=prod`);
    const rest = await keys.call(admin, 'GET', `${path}?limit=1&project=prod&cursor=${String(page.body.nextCursor)}`);
    expect([...page.body.items, ...rest.body.items].map(({ id }) => id).sort()).toEqual([subscription.id, made.body['id']].sort());
    expect((await keys.call(admin, 'GET', `${path}?project=none`)).body).toEqual({ items: [], nextCursor: null });
  });

  verifies('K9', 'what makes no sense is refused with its place', async () => {
    const wanted = { name: 'n', project: 'prod', verifier: 'standard', action };
    const bad: object[] = [
      { verifier: 'md5' }, { action: { server: 'demo' } }, { action: { ...action, tool: '*' } }, { action: { ...action, tool: 'a:b' } }, { action: { ...action, arguments: 'x' } }, { action: { ...action, arguments: { x: 'y'.repeat(20_000) } } },
      { secret: 'short' }, { secret: 'has spaces in the middle' }, { toleranceSeconds: 5 }, { toleranceSeconds: 1e9 }, { hmac: { header: 'Authorization' } }, { hmac: { header: 'a b' } }, { hmac: { encoding: 'rot13' } }, { more: 1 },
    ];
    for (const part of bad) expect([part, await keys.call(admin, 'POST', path, { ...wanted, ...part })]).toMatchObject([part, { status: 400, body: { code: 'invalid_request' } }]);
  });

  verifies(['K9', 'G8'], 'a server that is not in the project is not found, in the same words whoever it belongs to, and leaves nothing behind', async () => {
    const counts = () => keys.query('SELECT (SELECT count(*) FROM webhook_subscriptions) AS subscriptions, (SELECT count(*) FROM personal_access_tokens) AS keys');
    const before = await counts();
    const refused = async (project: string, server: string) => {
      const { status, body } = await keys.call(admin, 'POST', path, { name: 'n', project, verifier: 'standard', action: { ...action, server } });
      return { status, code: body['code'], detail: String(body['detail']).replaceAll(server, 'S').replaceAll(project, 'P') };
    };
    const absent = await refused('prod', 'none');
    expect(absent).toEqual({ status: 404, code: 'not_found', detail: 'There is no server S in the project P.' });
    for (const [project, server] of [['prod', 'theirs'], ['prod', 'lab'], ['lab', 'demo'], ['nope', 'demo'], ['nope', 'none']] as const) expect([project, server, await refused(project, server)]).toEqual([project, server, absent]);
    expect(await counts()).toEqual(before);
  });

  verifies('K9', 'a placeholder that is none is refused, where it is made and where it is changed', async () => {
    const subscription = await subscribe();
    const good = [{ a: '{{}}', b: '{{/a~1b/m~0n}} and {{/}}', c: ['{', '}}', '{ {/x}}', { d: '{{{/x}}}' }] }];
    for (const template of good) expect(await keys.call(admin, 'PATCH', subscription.base, { arguments: template })).toMatchObject({ status: 200, body: { action: { arguments: template } } });
    for (const text of ['{{bad', '{{nopointer}}', '{{ /issue }}', 'x {{/a}} {{b}}', '{{/a', '{{/a}', '{{/a~2}}', '{{/a~}}', '{{/{a}}}']) {
      for (const template of [{ a: text }, { a: [{ b: text }] }]) {
        const created = await keys.call(admin, 'POST', path, { name: 'n', project: 'prod', verifier: 'standard', action: { ...action, arguments: template } });
        const changed = await keys.call(admin, 'PATCH', subscription.base, { arguments: template });
        for (const { status, body } of [created, changed]) expect([text, status, body['code'], body['detail']]).toEqual([text, 400, 'invalid_request', expect.stringContaining('JSON pointer')]);
      }
    }
    await keys.call(admin, 'DELETE', subscription.base);
  });

  verifies('K9', 'a template that no table can hold, or that is nested without end, is refused and is nobody else\'s fault', async () => {
    const subscription = await subscribe();
    const deep = JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`) as unknown;
    for (const template of [{ a: 'x\0y' }, { a: '\ud800' }, { 'x\0y': 1 }, { a: deep }]) {
      const created = await keys.call(admin, 'POST', path, { name: 'n', project: 'prod', verifier: 'standard', action: { ...action, arguments: template } });
      const changed = await keys.call(admin, 'PATCH', subscription.base, { arguments: template });
      for (const answer of [created, changed]) expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    for (const type of ['%00', 'x%00y']) expect(await keys.call(admin, 'GET', `/v1/webhooks/endpoints/${unknownId}/deliveries?type=${type}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    await keys.call(admin, 'DELETE', subscription.base);
  });
});
