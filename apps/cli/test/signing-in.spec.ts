import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { verifies } from '@latchkey/testing';
import { FakeMachine, gateway, healthy, issuer, metadata, type Answers, type Given } from './fake-deployment.ts';

const started = { device_code: 'the-device-code', user_code: 'BCDF-GHJK', verification_uri: `${issuer}/device`, verification_uri_complete: `${issuer}/device?user_code=BCDF-GHJK`, expires_in: 600, interval: 5 };
const tokens = (name: string, seconds = 3600): Given => ({ body: { access_token: `${name}-access`, refresh_token: `${name}-refresh`, token_type: 'Bearer', expires_in: seconds, scope: 'keys:write' } });
const refusal = (error: string): Given => ({ status: 400, body: { error } });
const file = (machine: FakeMachine): string => join(machine.home, 'latchkey/sessions.json');
const saved = (machine: FakeMachine): string => readFileSync(file(machine), 'utf8');

/** Where the token endpoint answers so, one after the other. */
const withTokens = (...answers: Given[]): Answers => ({ ...healthy, [`POST ${metadata.device_authorization_endpoint}`]: { body: started }, [`POST ${metadata.token_endpoint}`]: answers.length === 0 ? [tokens('first')] : [...answers] });
const signedIn = async (...answers: Given[]): Promise<FakeMachine> => {
  const machine = new FakeMachine(withTokens(...answers));
  expect((await machine.run('login')).code).toBe(0);
  return machine;
};

describe('signing in', () => {
  verifies('O6', 'prints where to go and the code, asks no faster than told, and keeps the tokens where their owner alone can read them', async () => {
    const machine = new FakeMachine(withTokens(refusal('authorization_pending'), refusal('slow_down'), { status: 503 }, tokens('first')));
    const { code, out, err } = await machine.run('login --json');
    expect([code, machine.waited]).toEqual([0, [5000, 5000, 10_000, 20_000]]);
    for (const text of [`${issuer}/device\n`, 'BCDF-GHJK']) expect(err).toContain(text);
    expect(JSON.parse(out)).toEqual({ gateway, issuer, scopes: ['keys:write'] });
    expect(`${out}${err}`).not.toMatch(/the-device-code|first-/);
    expect([statSync(file(machine)).mode & 0o777, statSync(join(machine.home, 'latchkey')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(JSON.parse(saved(machine))).toMatchObject({ current: gateway, sessions: { [gateway]: { accessToken: 'first-access', refreshToken: 'first-refresh' } } });
  });

  verifies('O6', 'ends as the person, or the time, ended it', async () => {
    const ends: [Given, number, string][] = [
      [refusal('access_denied'), 4, 'refused at the page'], [refusal('expired_token'), 3, 'in time'], [refusal('authorization_pending'), 3, 'in time'],
      [refusal('invalid_grant'), 4, 'invalid_grant'], [{ body: { access_token: 7 } }, 1, 'something else than tokens'],
    ];
    for (const [answer, code, said] of ends) {
      const machine = new FakeMachine(withTokens(answer));
      const ended = await machine.run('login');
      expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(said)]);
      expect(() => saved(machine)).toThrow('ENOENT');
    }
  });

  verifies('O6', 'tells no secret to a gateway, to an issuer or over a line that is not what it is taken for', async () => {
    const elsewhere: [Answers, string][] = [
      [{ [`GET ${gateway}/.well-known/oauth-protected-resource/v1`]: { body: { resource: 'https://other.example/v1', authorization_servers: [issuer] } } }, 'bad_metadata'],
      [{ [`GET ${issuer}/.well-known/oauth-authorization-server`]: { body: { ...metadata, issuer: 'https://other.example' } } }, 'bad_metadata'],
      [{ [`GET ${issuer}/.well-known/oauth-authorization-server`]: { body: { ...metadata, token_endpoint: 'http://id.example.com/oauth/token' } } }, 'unsafe_url'],
    ];
    for (const [answers, code] of elsewhere) {
      const machine = new FakeMachine({ ...withTokens(), ...answers });
      const { code: exit, err } = await machine.run('login --json');
      expect([exit, (JSON.parse(err) as { error: { code: string } }).error.code]).toEqual([1, code]);
      expect(machine.called.filter((call) => call.startsWith('POST'))).toEqual([]);
    }
    const plain = new FakeMachine();
    plain.env = { LATCHKEY_GATEWAY_URL: 'http://mcp.example.com', LATCHKEY_TOKEN: 'key' };
    expect([(await plain.run('whoami')).code, plain.called]).toEqual([1, []]);
    expect((await plain.run('whoami --gateway https://mcp.example.com/path')).code).toBe(2);
  });

  verifies('O6', 'a token that has ended is refreshed and the new one kept; a sign-in that is over is forgotten', async () => {
    const machine = await signedIn(tokens('first', 60), tokens('second'), refusal('invalid_grant'));
    const seen: (string | null)[] = [];
    machine.answers[`GET ${gateway}/authz/credential`] = ({ headers }) => {
      seen.push(headers.get('authorization'));
      return { headers: { 'x-tenant-id': 'acme' } };
    };
    await machine.run('whoami');
    machine.time += 40_000;
    expect((await machine.run('whoami')).code).toBe(0);
    expect(seen).toEqual(['Bearer first-access', 'Bearer second-access']);
    expect(saved(machine)).toContain('second-refresh');
    machine.time += 3_600_000;
    const { code, err } = await machine.run('whoami');
    expect([code, err]).toEqual([3, expect.stringContaining('latchkey login --gateway https://mcp.example.com')]);
    expect(saved(machine)).not.toMatch(/second|first/);
  });

  verifies('O6', 'signing out ends it at the issuer first, and then here', async () => {
    const machine = await signedIn();
    const ended: (string | null)[] = [];
    machine.answers[`POST ${metadata.revocation_endpoint}`] = 'unreachable';
    expect((await machine.run('logout')).code).toBe(5);
    expect(saved(machine)).toContain('first-refresh');
    machine.answers[`POST ${metadata.revocation_endpoint}`] = ({ form }) => {
      ended.push(form.get('token'));
      return {};
    };
    expect((await machine.run('logout')).code).toBe(0);
    expect(ended).toEqual(['first-refresh']);
    expect(saved(machine)).not.toContain('first-');
    expect((await machine.run('logout')).code).toBe(3);
  });

  it('uses no file that others can read', async () => {
    const machine = await signedIn();
    chmodSync(file(machine), 0o640);
    const { code, err } = await machine.run('whoami');
    expect([code, err]).toEqual([1, expect.stringContaining('can be read by others')]);
  });

  it('a key that is given goes before a sign-in, and makes one unnecessary', async () => {
    const machine = await signedIn();
    machine.answers[`GET ${gateway}/authz/credential`] = ({ headers }) => ({ headers: { 'x-user-id': headers.get('authorization') ?? '' } });
    machine.env = { LATCHKEY_TOKEN: 'from-environment' };
    expect(JSON.parse((await machine.run('whoami --json')).out)).toMatchObject({ user: 'Bearer from-environment', source: 'environment' });
    expect(JSON.parse((await machine.run('--token from-option whoami --json')).out)).toMatchObject({ user: 'Bearer from-option', source: 'option' });
    expect((await machine.run('login')).code).toBe(2);
  });
});
