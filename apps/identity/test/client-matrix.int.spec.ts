import { verifies } from '@latchkey/testing';
import { decodeJwt } from 'jose';
import { claudeShapes } from './clients/claude.ts';
import { editorShapes } from './clients/editors.ts';
import { openaiShapes } from './clients/openai.ts';
import { Player } from './clients/play.ts';
import type { ClientShape } from './clients/shape.ts';
import { toolShapes } from './clients/tools.ts';
import { post } from './support/client.ts';
import { Documents } from './support/documents.ts';
import { demo, startTestIdentity, type TestIdentity } from './support/identity.ts';

const shapes: readonly ClientShape[] = [...claudeShapes, ...editorShapes, ...openaiShapes, ...toolShapes];

/** Every client that people use, as it was seen to behave. */
describe('the client matrix', () => {
  const documents = new Documents();
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ outbound: documents });
  }, 60_000);
  afterAll(() => identity.stop());

  it.each(shapes.filter(({ expect: { refused } }) => refused !== true).map((shape) => [shape.name, shape] as const))('[I1] connects %s', async (_name, shape) => {
    const player = await Player.start(identity.issuer, documents, shape);
    if (player.registered !== null) {
      const { registration_client_uri: uri, registration_access_token: token, client_secret: secret, ...echo } = player.registered;
      expect([uri, typeof token]).toEqual([`${identity.issuer}/oauth/clients/register/${player.id}`, 'string']);
      expect(typeof secret).toBe(shape.auth.startsWith('client_secret') ? 'string' : 'undefined');
      expect(echo).toMatchObject({ application_type: shape.expect.applicationType, token_endpoint_auth_method: shape.auth, cors: '*', grant_types: ['authorization_code', 'refresh_token'] });
    }
    for (const redirect of shape.redirects) {
      const { consent, back, answer } = await player.connect(redirect);
      expect(`${back.href.slice(0, back.href.indexOf('?'))}`).toBe(redirect);
      expect([back.searchParams.get('iss'), back.searchParams.get('state')]).toEqual([identity.issuer, 's1']);
      if (shape.expect.loopbackOnly !== undefined) expect(consent.text.includes('runs on your own computer')).toBe(shape.expect.loopbackOnly);
      expect(consent.text).not.toContain('<img');
      const { body, headers } = answer;
      expect([answer.status, body.error, body.error_description]).toEqual([200, undefined, undefined]);
      expect([body.token_type, body.scope, headers.get('cache-control')]).toEqual(['Bearer', shape.expect.scope, 'no-store']);
      expect(body.expires_in).toBeGreaterThanOrEqual(900);
      expect(decodeJwt(body.access_token!)).toMatchObject({ iss: identity.issuer, aud: demo, client_id: player.id, org: 'acme' });

      const at = shape.refreshesAtOnce ?? 1;
      const refreshed = await Promise.all(Array.from({ length: at }, () => player.refresh(body.refresh_token!)));
      expect(refreshed.map(({ status }) => status)).toEqual(Array(at).fill(200));
      expect(new Set(refreshed.map((one) => one.body.refresh_token)).size).toBe(1);
      expect(new Set(refreshed.map((one) => one.body.access_token)).size).toBe(1);
      const next = refreshed[0]!.body.refresh_token!;
      expect(next).not.toBe(body.refresh_token);
      const again = await player.refresh(next, shape.refreshScope);
      expect([again.status, decodeJwt(again.body.access_token!).aud]).toEqual([200, demo]);
      expect(again.body.scope).toBe(shape.refreshScope?.replace(' offline_access', '') ?? shape.expect.scope);
    }
  });

  it.each(shapes.filter(({ expect: { refused } }) => refused === true).map((shape) => [shape.name, shape] as const))('[AS-31] refuses %s, on a page that names what was asked for and what is registered', async (_name, shape) => {
    const player = await Player.start(identity.issuer, documents, shape);
    const { page } = await player.open(shape.redirects[0]!);
    expect([page.status, page.left]).toEqual([400, undefined]);
    expect(page.text).toContain(shape.redirects[0]);
    expect(page.text).toContain('http://127.0.0.1:19876/callback');
  });

  verifies('AS-14', 'one document is shared by all installs: revoking one, or replaying its token, ends that one only', async () => {
    const player = await Player.start(identity.issuer, documents, claudeShapes[0]!);
    const [one, two] = [(await player.connect('http://localhost:50001/callback')).answer.body, (await player.connect('http://localhost:50002/callback')).answer.body];
    const rotated = (await player.refresh(one.refresh_token!)).body;
    await identity.dataSource.query("UPDATE refresh_replays SET expires_at = now() - interval '1 second'");
    expect((await player.refresh(one.refresh_token!)).body.error).toBe('invalid_grant');
    expect((await player.refresh(rotated.refresh_token!)).body.error).toBe('invalid_grant');
    expect((await player.refresh(two.refresh_token!)).status).toBe(200);
  });

  verifies('AS-31', 'a free port is of a loopback redirect only, and of the host and path that are registered', async () => {
    const player = await Player.start(identity.issuer, documents, claudeShapes[1]!);
    for (const wrong of ['http://127.0.0.1:54545/callback', 'http://[::1]:54545/callback', 'http://localhost:54545/callback/', 'http://localhost:54545/', 'https://localhost:54545/callback', 'http://localhost.evil.example:54545/callback', 'http://localhost:54545@evil.example/callback', 'http://LOCALHOST:54545/callback']) {
      const { page } = await player.open(wrong);
      expect([wrong, page.status, page.left]).toEqual([wrong, 400, undefined]);
    }
  });

  verifies('AS-03', 'a page on the loopback port that registered reads the token answer; another origin does not', async () => {
    const inspector = await Player.start(identity.issuer, documents, toolShapes[0]!);
    const { answer } = await inspector.connect('http://localhost:6274/oauth/callback');
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:6274');
    const elsewhere = await post(identity.issuer, '/oauth/token', { grant_type: 'refresh_token', client_id: inspector.id, refresh_token: answer.body.refresh_token! }, { origin: 'http://localhost:9999' });
    expect([elsewhere.status, elsewhere.headers.get('access-control-allow-origin')]).toEqual([400, null]);
  });

  it('says of each shape where it was seen', () => {
    for (const { name, recordedFrom } of shapes) expect([name, recordedFrom.every((source) => /^[\w.-]+\/[\w.-]+#\d+$/.test(source)), recordedFrom.length > 0]).toEqual([name, true, true]);
    expect(new Set(shapes.map(({ name }) => name)).size).toBe(shapes.length);
  });
});
