import { verifies } from '@latchkey/testing';
import { FakeMachine, gateway, healthy, issuer, metadata, token, type Answers } from './fake-deployment.ts';

interface Report {
  ok: boolean;
  checks: { check: string; status: string; detail: string; advice?: string }[];
}

const management = 'http://gateway.internal:9080';
const fresh = { ageMs: 120, appliedSequence: 7, digestOk: true, epoch: 'e' };
const well: Answers = { ...healthy, [`GET ${management}/feed-status`]: { body: { identity: fresh, keys: fresh } }, 'GET http://keys.internal:8082/readyz': { body: { status: 'ready' } } };

async function examined(answers: Answers, change: (machine: FakeMachine) => void = () => undefined): Promise<Report & { code: number; failed: string[] }> {
  const machine = new FakeMachine({ ...well, ...answers });
  machine.env = { LATCHKEY_TOKEN: token };
  change(machine);
  const { code, out } = await machine.run(`doctor --json --management ${management} --keys http://keys.internal:8082`);
  const report = JSON.parse(out) as Report;
  return { ...report, code, failed: report.checks.filter(({ status }) => status === 'failed').map(({ check }) => check) };
}

describe('the doctor', () => {
  verifies('O6', 'finds nothing wrong where nothing is', async () => {
    const { code, ok, checks } = await examined({});
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect([code, ok, checks.length]).toEqual([0, true, 15]);
    const { code: again, out } = await new FakeMachine(well).run(`doctor --management ${management}`);
    expect([again, out]).toEqual([0, expect.stringMatching(/^ok +gateway +https[^]*skipped +keys ready[^]*skipped +credential[^]*Nothing is wrong\.\n$/)]);
  });

  verifies('O6', 'says of a broken deployment what is broken', async () => {
    const other = 'https://other.example';
    const late = { body: {}, headers: { date: 'Sun, 01 Mar 2026 12:02:00 GMT' } };
    const leadingTo = (url: string) => ({ status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${url}/.well-known/oauth-protected-resource/v1"` }, body: {} });
    const broken: [Answers, string[]][] = [
      [{ [`GET ${gateway}/healthz`]: 'unreachable' }, ['gateway']],
      [{ [`GET ${gateway}/readyz`]: { status: 503, body: { reason: 'the feed is not there' } } }, ['gateway ready']],
      [{ [`GET ${gateway}/.well-known/oauth-protected-resource/v1`]: { body: { resource: `${other}/v1`, authorization_servers: [issuer] } } }, ['resource']],
      [{ [`GET ${gateway}/v1/pats`]: leadingTo(other) }, ['challenge']],
      [{ [`GET ${gateway}/v1/pats`]: { status: 401, body: {} } }, ['challenge']],
      [{ [`GET ${gateway}/authz/credential`]: {} }, ['strangers']],
      [{ [`GET ${gateway}/authz/credential`]: { status: 401, body: { type: 'x', title: 'no', status: 401, code: 'token_expired', requestId: 'r' } } }, ['credential']],
      [{ [`GET ${issuer}/.well-known/openid-configuration`]: { body: { ...metadata, issuer: other } } }, ['issuer']],
      [{ [`GET ${gateway}/.well-known/openid-configuration`]: { body: { ...metadata, jwks_uri: `${other}/jwks` } } }, ['mirror']],
      [{ [`GET ${metadata.jwks_uri}`]: { body: { keys: [{ kid: '1', kty: 'EC', alg: 'ES256', d: 'private' }] } } }, ['signing keys']],
      [{ [`GET ${metadata.jwks_uri}`]: { body: { keys: [{ kid: '1', kty: 'RSA', alg: 'RS256' }] } } }, ['signing keys']],
      [{ [`GET ${issuer}/readyz`]: 'unreachable' }, ['identity ready']],
      [{ 'GET http://keys.internal:8082/readyz': { status: 503, body: {} } }, ['keys ready']],
      [{ [`GET ${management}/feed-status`]: { body: { identity: { ...fresh, ageMs: 9000 }, keys: { ...fresh, digestOk: false } } } }, ['feed']],
      [{ [`GET ${gateway}/openapi.json`]: { body: { info: { version: '2' } } } }, ['versions']],
      [{ [`GET ${gateway}/healthz`]: late, [`GET ${gateway}/readyz`]: late }, ['clocks']],
    ];
    for (const [answers, checks] of broken) {
      const { code, failed, ok } = await examined(answers);
      expect([Object.keys(answers), code, ok, failed]).toEqual([Object.keys(answers), 1, false, checks]);
    }
  });

  it('warns of a certificate before it ends, and repeats no credential', async () => {
    const { code, checks } = await examined({}, (machine) => (machine.certificateEnd = machine.time + 3 * 86_400_000));
    expect([code, checks.find(({ check }) => check === 'tls')]).toEqual([0, expect.objectContaining({ status: 'warning', detail: 'a certificate ends in 3 days' })]);
    expect(JSON.stringify(checks)).not.toContain(token);
  });

  it('does not send anybody to the doctor; other commands do', async () => {
    const broken = { [`GET ${issuer}/.well-known/oauth-authorization-server`]: { status: 404, body: {} } };
    expect(JSON.stringify((await examined(broken)).checks)).not.toContain('latchkey doctor');
    const machine = new FakeMachine({ ...healthy, ...broken });
    expect((await machine.run('login')).err).toContain('Is this the URL of a Latchkey gateway? latchkey doctor looks closer.');
  });

  it('feed status alone says how fresh a gateway is', async () => {
    const machine = new FakeMachine(well);
    const { code, out } = await machine.run(`feed status --management ${management}`);
    expect([code, out]).toEqual([0, expect.stringMatching(/identity +120 ms +7 +ok/)]);
    expect((await machine.run('feed status')).code).toBe(2);
    machine.answers[`GET ${management}/feed-status`] = { body: { identity: { ...fresh, ageMs: null }, keys: fresh } };
    const stale = await machine.run(`feed status --management ${management} --json`);
    expect([stale.code, stale.err]).toEqual([1, 'identity: nothing has been proven yet.\n']);
  });
});
