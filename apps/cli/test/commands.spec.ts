import { verifies } from '@latchkey/testing';
import { FakeMachine, gateway, healthy, token, type Answer, type Answers, type Given } from './fake-deployment.ts';

const key = {
  id: 'Ab3dEf9h', name: 'CI', prefix: 'lk_pat_Ab3dEf9h', org: 'acme', owner: 'ada', scopes: ['mcp:read'], status: 'active',
  createdAt: '2026-03-01T12:00:00.000Z', expiresAt: null, lastUsedAt: null, revokedAt: null,
};
const secret = 'lk_pat_Ab3dEf9h_secret';
const minted = { ...key, token: secret, consistency: 'feed.keys.pat.Ab3dEf9h@1' };
const problem = (status: number, code: string, more: object = {}): Given => ({ status, headers: { 'retry-after': '0' }, body: { type: 'about:blank', title: 'No', status, code, requestId: 'req-1', ...more } });

const machineWith = (answers: Answers): FakeMachine => {
  const machine = new FakeMachine({ ...healthy, ...answers });
  machine.env = { LATCHKEY_TOKEN: token };
  return machine;
};

describe('what commands print', () => {
  verifies('O6', 'lists are a table, a document, or a line for each', async () => {
    const other = { ...key, id: 'Zz9yXw8v', name: 'evil\u001b[2J\u202ename' };
    const machine = (): FakeMachine => machineWith({ [`GET ${gateway}/v1/pats`]: [{ body: { items: [key], nextCursor: 'more' } }, { body: { items: [other], nextCursor: null } }] });
    const first = await machine().run('keys list --status active --limit 1');
    expect(first.out.split('\n')[0]).toMatch(/^ID +NAME +STATUS +SCOPES +EXPIRES +LAST USED$/);
    expect([first.code, first.out, first.err]).toEqual([0, expect.stringContaining('Ab3dEf9h  CI'), expect.stringContaining('--cursor more')]);
    expect(JSON.parse((await machine().run('keys list --json')).out)).toEqual({ items: [key], nextCursor: 'more' });
    const all = machine();
    const lines = (await all.run('keys list --all --json --unused-since 2026-01-01')).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([key, other]);
    const since = `GET ${gateway}/v1/pats?unusedSince=2026-01-01T00%3A00%3A00.000Z`;
    expect(all.called).toEqual([since, `${since}&cursor=more`]);
    // A name is a stranger's choice, and a terminal obeys what it is shown.
    expect((await machine().run('keys list --all')).out).toContain('evil\ufffd[2J\ufffdname');
    expect(await machineWith({ [`GET ${gateway}/v1/pats`]: { body: { items: [], nextCursor: null } } }).run('keys list')).toEqual({ code: 0, out: '', err: 'There are none.\n' });
  });

  verifies('O6', 'a new token is on standard output, once and alone', async () => {
    const machine = machineWith({ [`POST ${gateway}/v1/pats`]: { status: 201, body: minted }, [`POST ${gateway}/v1/pats/Ab3dEf9h/rotate`]: { status: 201, body: minted } });
    const created = await machine.run('keys', 'create', 'the CI', '--scope', 'mcp:read', 'mcp:execute', '--expires', '30d', '--grant', 'org/acme/project/prod=read,write', '--rate', '100/60');
    expect([created.code, created.out, created.err.includes(secret)]).toEqual([0, `${secret}\n`, false]);
    expect(machine.bodies).toEqual([
      { name: 'the CI', org: 'acme', scopes: ['mcp:read', 'mcp:execute'], expiresIn: '30d', grants: [{ resource: 'org/acme/project/prod', actions: ['read', 'write'] }], rateLimit: { limit: 100, windowSeconds: 60 } },
    ]);
    const rotated = await machine.run('keys rotate Ab3dEf9h --grace 24h --json');
    expect([rotated.err, JSON.parse(rotated.out)]).toEqual(['', minted]);
    expect(machine.bodies.at(-1)).toEqual({ graceSeconds: 86_400 });
  });

  verifies('O6', 'errors say the code, what to do, and by which id the request is known; exit codes say what kind', async () => {
    const show = `GET ${gateway}/v1/pats/Ab3dEf9h`;
    const kinds: [Answer, number][] = [
      [problem(401, 'token_revoked'), 3], [problem(403, 'insufficient_scope'), 4], [problem(404, 'not_found'), 4], [problem(429, 'rate_limited'), 5], [problem(503, 'state_stale'), 5],
      [{ status: 500, body: {} }, 1], [{ body: 7 }, 1],
    ];
    for (const [answer, exit] of kinds) expect([answer, (await machineWith({ [show]: answer }).run('keys show Ab3dEf9h')).code]).toEqual([answer, exit]);
    const machine = machineWith({ [show]: problem(403, 'insufficient_scope', { detail: 'This takes keys:read.', issues: [{ path: 'id', message: 'wrong\u001b' }] }) });
    expect((await machine.run('keys show Ab3dEf9h')).err).toBe('insufficient_scope: This takes keys:read.\n  id: wrong\ufffd\nAsk for these scopes, or create a key with them.\nrequest id: req-1\n');
    const { out, err } = await machine.run('keys show Ab3dEf9h --json');
    expect([out, JSON.parse(err)]).toEqual(['', { error: expect.objectContaining({ code: 'insufficient_scope', status: 403, requestId: 'req-1' }) as unknown }]);
  });

  it('what cannot be taken back is asked for in so many words', async () => {
    const machine = machineWith({
      [`POST ${gateway}/v1/pats/revoke`]: { body: { revoked: 3, consistency: null } },
      [`DELETE ${gateway}/v1/pats/Ab3dEf9h`]: { body: { id: 'Ab3dEf9h', status: 'revoked', revokedAt: '2026-03-01T12:00:00.000Z', consistency: 'x' } },
    });
    const wrong = [
      'keys revoke', 'keys revoke --project prod', 'keys revoke Ab3dEf9h --project prod --yes', 'servers delete demo', 'keys create x', 'keys create x --scope everything', 'keys rotate Ab3dEf9h --grace soon',
      'nonsense', 'keys list --all --cursor x', 'explain', 'explain abc --tool x', 'explain abc --server demo',
    ];
    for (const line of wrong) expect([line, (await machine.run(line)).code]).toEqual([line, 2]);
    expect(machine.called).toEqual([]);
    expect((await machine.run('keys revoke --project prod --yes')).out).toBe('Revoked 3.\n');
    expect((await machine.run('keys revoke Ab3dEf9h --reason lost --json')).out).toContain('"status":"revoked"');
    expect((await machine.run('keys revoke Ab3dEf9h Zz9yXw8v')).code).toBe(0);
    expect(machine.bodies).toEqual([{ project: 'prod' }, { reason: 'lost' }, { ids: ['Ab3dEf9h', 'Zz9yXw8v'] }]);
  });

  it('what is wrong with the line itself is one document with --json, and nobody is asked', async () => {
    const machine = machineWith({});
    const lines: [string, string][] = [
      ['nonsense --json', "unknown command 'nonsense'"], ['--json keys list --limit 1000', 'A number from 1 to 100.'], ['keys list --nothing --json', "unknown option '--nothing'"],
      ['keys show --json', "missing required argument 'id'"], ['keys --json', 'Name a command.'], ['explain --json', 'Name the id of a request, or a server'],
      ['servers update demo --folder a --no-folder --json', "'--folder' cannot be used with option '--no-folder'"], ['servers update demo --no-listed --listed --json', "'--no-listed'"],
    ];
    for (const [line, said] of lines) {
      const { code, out, err } = await machine.run(line);
      expect([line, code, out, JSON.parse(err)]).toEqual([line, 2, '', { error: expect.objectContaining({ code: 'usage', message: expect.stringContaining(said) as unknown }) as unknown }]);
    }
    const { code, err } = await machine.run('servers update demo --folder a --no-folder');
    expect([code, err]).toEqual([2, expect.stringMatching(/^error: option '--folder' cannot[^]*--help says more/)]);
    expect((await machine.run('keys list --help --json')).code).toBe(0);
    expect(machine.called).toEqual([]);
  });

  it('what is wrong with what was sent is said once', async () => {
    const [first, second] = [{ path: 'name', message: 'Too big' }, { path: 'expiresIn', message: 'No such time' }];
    const machine = machineWith({ [`POST ${gateway}/v1/pats`]: problem(400, 'invalid_request', { detail: 'name: Too big', issues: [first, second] }) });
    const { err } = await machine.run('keys create x --scope mcp:read');
    expect(err.split('\n').slice(0, 2)).toEqual(['invalid_request: name: Too big', '  expiresIn: No such time']);
    expect(JSON.parse((await machine.run('keys create x --scope mcp:read --json')).err)).toEqual({ error: expect.objectContaining({ issues: [first, second] }) as unknown });
    machine.input = '{ "nothing": 1 }';
    expect((await machine.run('servers update demo --settings -')).err).toMatch(/^usage: These are no settings of a server: Unrecognized key/);
  });

  it('a token to verify comes by standard input; a no is exit code 4', async () => {
    const machine = machineWith({ [`POST ${gateway}/v1/pats/verify`]: [{ body: { valid: true, code: null } }, { body: { valid: false, code: 'token_revoked' } }] });
    expect((await machine.run('keys verify')).code).toBe(2);
    machine.input = `${secret}\n`;
    expect(await machine.run('keys verify --scope mcp:read')).toEqual({ code: 0, out: 'good\n', err: '' });
    expect(await machine.run('keys verify')).toEqual({ code: 4, out: 'not good: token_revoked\n', err: '' });
    expect(machine.bodies[0]).toEqual({ token: secret, scope: 'mcp:read' });
  });

  it('a change of restrictions begins with those there are, and gives way to another change', async () => {
    const restrictions = { allowedTools: ['a'], deniedTools: [], allowedRoles: null, annotations: {} };
    const health = { state: 'up', gateways: 1, down: 0, lastSuccessAt: null, lastFailureAt: null, lastFailure: null, reportedAt: null };
    const server = { slug: 'demo', name: 'Demo', org: 'acme', project: 'prod', folder: null, url: 'https://x.example', resource: `${gateway}/mcp/demo`, restrictions, tokenUrls: false, listed: false, revision: 4, health, probe: null };
    const machine = machineWith({ [`GET ${gateway}/v1/servers/demo`]: { body: server }, [`PATCH ${gateway}/v1/servers/demo`]: { body: server } });
    expect((await machine.run('servers update demo')).code).toBe(2);
    expect((await machine.run('servers update demo --deny-tool delete_* --no-folder --listed')).code).toBe(0);
    expect(machine.bodies).toEqual([{ folder: null, restrictions: { ...restrictions, deniedTools: ['delete_*'] }, listed: true, revision: 4 }]);
  });

  it('why a request was refused is read from the entry of the gateway', async () => {
    const event = { id: 'e2', at: 'then', action: 'request.refused', outcome: 'refused', code: 'insufficient_scope', requestId: 'req-1' };
    const explained = { event, decision: { kind: 'scope', required: ['mcp:execute'] }, rules: [{ rule: 'scopes', passed: false, why: 'It has mcp:read.' }], restsOn: null, agrees: true, note: null };
    const machine = machineWith({
      [`GET ${gateway}/v1/audit`]: { body: { items: [{ id: 'e1', service: 'keys' }, { id: 'e2', service: 'gateway' }], nextCursor: null } },
      [`GET ${gateway}/v1/audit/e2/explain`]: { body: explained },
    });
    const { code, out } = await machine.run('explain req-1');
    expect([code, out]).toEqual([0, expect.stringMatching(/insufficient_scope, needs mcp:execute[^]*scopes +NO +It has mcp:read\./)]);
    machine.answers[`GET ${gateway}/v1/audit`] = { body: { items: [], nextCursor: null } };
    expect((await machine.run('explain req-1')).code).toBe(4);
  });

  it('who does not administer the organization is told of their own requests', async () => {
    const event = { id: 'e2', at: 'then', action: 'call.refused', outcome: 'refused', code: 'insufficient_scope', requestId: 'req-1' };
    const machine = machineWith({
      [`GET ${gateway}/v1/audit`]: [problem(403, 'insufficient_role'), { body: { items: [{ id: 'e2', service: 'gateway' }], nextCursor: null } }],
      [`GET ${gateway}/v1/audit/e2/explain`]: { body: { event, decision: null, rules: [], restsOn: null, agrees: null, note: null } },
    });
    expect((await machine.run('explain req-1')).code).toBe(0);
    expect(machine.called.map((called) => new URL(called.split(' ')[1] ?? '').searchParams.get('actor'))).toEqual([null, 'me', null]);
    machine.answers[`GET ${gateway}/v1/audit`] = problem(403, 'insufficient_scope');
    expect((await machine.run('explain req-1')).code).toBe(4);
  });
});
