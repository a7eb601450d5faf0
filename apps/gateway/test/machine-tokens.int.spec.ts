import { eventually, verifies } from '@latchkey/testing';
import { send } from './support/send.ts';
import { bearer, call, list, startWorld, type World } from './support/world.ts';

const machine = 'client-of-acme';
const nowSeconds = () => Math.floor(Date.now() / 1000);

describe('tokens of machines', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({
      records: [
        { kind: 'client', id: machine, disabled: false, epoch: null },
        // Identity tells of a machine's role as of a member's; no user of that id is ever told of.
        { kind: 'member', user: machine, memberships: [{ org: 'acme', role: 'member', projects: { main: 'contributor' }, epoch: null }] },
      ],
    });
  });
  afterEach(() => world.close());

  /** As the client credentials grant issues it: its own subject, with no grant and no session. */
  const token = (claims: object = {}) => world.jwt({ sub: machine, client_id: machine, gid: undefined, sid: undefined, ...claims });
  const code = async (credential: string, body: object = call()) => (await world.post(body, bearer(credential))).json.code as string | undefined;
  const role = (projects: Record<string, 'viewer' | 'contributor'> | null) =>
    world.publish({ kind: 'member', user: machine, memberships: projects === null ? [] : [{ org: 'acme', role: 'member', projects, epoch: null }] });

  verifies(['AS-82', 'G6'], 'list and call what role and scope of the machine allow, and no more', async () => {
    const own = await token();
    expect((await world.post(call('add'), bearer(own))).json.result.content[0].text).toBe('called add');
    const listed = await world.post(list, bearer(own));
    expect(listed.json.result.tools.length).toBeGreaterThan(1);

    const reader = await world.post(call('add'), bearer(await token({ scope: 'mcp:read' })));
    expect([reader.status, reader.headers['www-authenticate']]).toEqual([403, expect.stringMatching(/error="insufficient_scope".*scope="mcp:execute"/)]);

    const narrow = await token({ tools: ['demo:add'] });
    expect((await world.post(list, bearer(narrow))).json.result.tools.map(({ name }: { name: string }) => name)).toEqual(['add']);
    expect((await world.post(call('delete_all', 3), bearer(narrow))).json.error).toEqual({ code: -32602, message: 'Unknown tool: delete_all' });

    // More scope would not help a viewer, so that no challenge says so.
    await role({ main: 'viewer' });
    await eventually(async () => expect((await world.post(call('add', 4), bearer(own))).json.error).toEqual({ code: -32602, message: 'Unknown tool: add' }));
  });

  verifies(['AS-82', 'AS-63'], 'die with the client: by its epoch those before it, by its removal all, and without a role none is taken', async () => {
    const old = await token({ iat: nowSeconds() - 100 });
    expect(await code(old)).toBeUndefined();
    await world.publish({ kind: 'client', id: machine, disabled: false, epoch: nowSeconds() - 50 });
    await eventually(async () => expect(await code(old)).toBe('token_revoked'));
    const fresh = await token({ iat: nowSeconds() - 5 });
    expect(await code(fresh)).toBeUndefined();
    await world.publish({ kind: 'client', id: machine, disabled: true, epoch: nowSeconds() - 50 });
    await eventually(async () => expect(['token_revoked', 'owner_disabled']).toContain(await code(fresh)));
    await world.publish({ kind: 'client', id: machine, disabled: false, epoch: nowSeconds() - 50 });
    await eventually(async () => expect(await code(fresh)).toBeUndefined());
    await role(null);
    await eventually(async () => expect(['owner_disabled', 'token_revoked']).toContain(await code(fresh)));
  });

  verifies('AS-82', 'die alone by their jti, and with their organization', async () => {
    const [one, two] = [await token({ jti: 'one' }), await token({ jti: 'two' })];
    await world.publish({ kind: 'token', id: 'one', revokedAt: nowSeconds(), expiresAt: nowSeconds() + 600 });
    await eventually(async () => expect(await code(one)).toBe('token_revoked'));
    expect(await code(two)).toBeUndefined();
    await world.publish({ kind: 'org', id: 'acme', disabled: true, epoch: null });
    await eventually(async () => expect(['owner_disabled', 'token_revoked']).toContain(await code(two)));
  });

  verifies('AS-82', 'reach no server of another organization', async () => {
    await world.publish(world.server({ id: 'other', slug: 'other', org: 'globex' }));
    const foreign = await token({ aud: 'http://gateway.test/mcp/other' });
    await eventually(async () => expect((await world.post(call(), bearer(foreign), '/mcp/other')).status).not.toBe(404));
    const answer = await world.post(call(), bearer(foreign), '/mcp/other');
    expect(answer.json.result).toBeUndefined();
  });

  verifies(['AS-82', 'GW-33'], 'are refused by the management API with a clean 403 or 404, and a challenge only where more scope helps', async () => {
    const api = async (method: string, path: string, scope: string) => {
      const { status, json, headers } = await send(`${world.url}${path}`, { method, headers: { 'content-type': 'application/json', ...bearer(await token({ aud: 'http://gateway.test/v1', scope })) }, ...(method === 'POST' ? { body: {} } : {}) });
      return { status, code: json.code as string, type: headers['content-type'], challenge: headers['www-authenticate'] };
    };
    const received = world.upstream.received.length;
    expect(await api('GET', '/v1/pats', 'mcp:read')).toMatchObject({ status: 403, code: 'insufficient_scope', type: 'application/problem+json', challenge: expect.stringContaining('scope="keys:read"') as string });
    expect(await api('GET', '/v1/nothing-of-the-kind', 'keys:read')).toMatchObject({ status: 404, code: 'not_found', type: 'application/problem+json' });
    expect(world.upstream.received.length).toBe(received);
  });
});
