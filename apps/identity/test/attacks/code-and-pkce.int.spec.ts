import { createHash } from 'node:crypto';
import { verifies } from '@latchkey/testing';
import { FormBrowser, type Page } from '../support/browser.ts';
import { authorize, authorizeUrl, connect, pkce, post, redeem, refresh, register, registered } from '../support/client.ts';
import { startTestIdentity, type TestIdentity } from '../support/identity.ts';

describe('attacks on codes and PKCE', () => {
  let identity: TestIdentity;
  let issuer: string;
  let victim: string;
  let attacker: string;
  beforeAll(async () => {
    identity = await startTestIdentity();
    issuer = identity.issuer;
    victim = (await registered(issuer)).client_id;
    attacker = (await registered(issuer)).client_id;
  }, 60_000);
  afterAll(() => identity.stop());

  const ask = (params: Record<string, string | undefined>): Promise<Page> => new FormBrowser(issuer).open(authorizeUrl(issuer, victim, params));

  describe('PKCE downgrade (RFC 9700 section 4.8.2)', () => {
    const { challenge } = pkce();
    verifies('AS-30', 'no request gets as far as a page without S256: none, plain, the default of RFC 7636, an empty challenge', async () => {
      for (const params of [
        { code_challenge: undefined, code_challenge_method: undefined },
        { code_challenge: challenge, code_challenge_method: 'plain' },
        { code_challenge: challenge, code_challenge_method: undefined },
        { code_challenge: '', code_challenge_method: 'S256' },
        { code_challenge: challenge, code_challenge_method: 's256' },
        { code_challenge: challenge, code_challenge_method: 'none' },
      ]) {
        const page = await ask(params);
        expect([params, page.left?.searchParams.get('error'), page.left?.searchParams.get('iss')]).toEqual([params, 'invalid_request', issuer]);
      }
    });

    it('a challenge that is given twice is refused, whichever of the two would hold', async () => {
      const url = `${authorizeUrl(issuer, victim, { code_challenge: challenge })}&code_challenge=${pkce().challenge}`;
      const page = await new FormBrowser(issuer).open(url);
      expect(page.left?.searchParams.get('code') ?? null).toBeNull();
      expect(page.left === undefined ? page.status : page.left.searchParams.get('error')).toBe(page.left === undefined ? 400 : 'invalid_request');
    });

    it('a pushed request is held to the same', async () => {
      const form = { response_type: 'code', client_id: victim, redirect_uri: 'http://127.0.0.1:33418/callback' };
      for (const more of [{}, { code_challenge: challenge, code_challenge_method: 'plain' }] as Record<string, string>[]) {
        const { status, body } = await post(issuer, '/oauth/par', { ...form, ...more });
        expect([status, body.error]).toEqual([400, 'invalid_request']);
      }
    });

    it('a code is not redeemed without a verifier, with the challenge as verifier, with an empty or a short one', async () => {
      const authorized = await authorize(issuer, victim);
      const form = { grant_type: 'authorization_code', client_id: victim, code: authorized.code, redirect_uri: authorized.redirectUri };
      const asChallenge = createHash('sha256').update(authorized.verifier).digest('base64url');
      for (const verifier of [undefined, asChallenge, '', 'short']) {
        const { status, body } = await post(issuer, '/oauth/token', { ...form, ...(verifier === undefined ? {} : { code_verifier: verifier }) });
        expect(status).toBe(400);
        expect(['invalid_grant', 'invalid_request']).toContain(body.error);
        expect(body.access_token).toBeUndefined();
      }
    });
  });

  describe('code injection (RFC 9700 section 4.5)', () => {
    it('a stolen code is worth nothing to a client that did not ask for it, even with its verifier', async () => {
      const authorized = await authorize(issuer, victim);
      const { status, body } = await redeem(issuer, attacker, authorized);
      expect([status, body.error]).toEqual([400, 'invalid_grant']);
    });

    it('a stolen code put into another session of the same client fails at the verifier of that session', async () => {
      const stolen = await authorize(issuer, victim);
      const own = await authorize(issuer, victim);
      const { status, body } = await redeem(issuer, victim, { ...stolen, verifier: own.verifier });
      expect([status, body.error]).toEqual([400, 'invalid_grant']);
      expect((await redeem(issuer, victim, own)).status).toBe(200);
    });

    it('a code is redeemed for the redirect URI that it was sent to, and for no other, also on another port', async () => {
      for (const redirectUri of ['http://127.0.0.1:33419/callback', 'http://localhost:33418/callback']) {
        const { status, body } = await redeem(issuer, victim, { ...(await authorize(issuer, victim)), redirectUri });
        expect([status, body.error]).toEqual([400, 'invalid_grant']);
      }
    });

    it('what is no code of ours is none: another artifact, a guess, a very long one', async () => {
      const { tokens } = await connect(issuer);
      for (const code of [tokens.refresh_token, tokens.access_token, 'a'.repeat(43), 'a'.repeat(40_000), "' OR 1=1 --"]) {
        const { status, body } = await redeem(issuer, victim, { code, verifier: pkce().verifier, redirectUri: 'http://127.0.0.1:33418/callback', answer: new URL(issuer) });
        expect([status, body.error]).toEqual([400, 'invalid_grant']);
      }
    });

    it('nor is one with a NUL, which makes the request malformed (RFC 6749 section 5.2)', async () => {
      const { status, body } = await redeem(issuer, victim, { code: 'a\u0000b', verifier: pkce().verifier, redirectUri: 'http://127.0.0.1:33418/callback', answer: new URL(issuer) });
      expect([status, body.error]).toEqual([400, 'invalid_request']);
    });
  });

  describe('refresh tokens across clients (RFC 9700 section 4.14)', () => {
    it('another client gets nothing for it, and does not end it either', async () => {
      const { clientId, tokens } = await connect(issuer);
      const stolen = await refresh(issuer, attacker, tokens.refresh_token);
      expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
      expect((await refresh(issuer, clientId, tokens.refresh_token)).status).toBe(200);
    });

    it('another client cannot revoke it', async () => {
      const { clientId, tokens } = await connect(issuer);
      await post(issuer, '/oauth/revoke', { client_id: attacker, token: tokens.refresh_token });
      expect((await refresh(issuer, clientId, tokens.refresh_token)).status).toBe(200);
    });

    it('a confidential client is not let in by its id alone, by a wrong or empty secret, or by another client\'s id beside its secret', async () => {
      const client = (await (await register(issuer, { client_name: 'Confidential', redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'client_secret_basic' })).json()) as { client_id: string; client_secret: string };
      const form = { grant_type: 'refresh_token', refresh_token: 'x' };
      const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}` });
      for (const [body, headers] of [
        [{ ...form, client_id: client.client_id }, {}],
        [{ ...form, client_id: client.client_id, client_secret: `${client.client_secret}x` }, {}],
        [{ ...form, client_id: client.client_id, client_secret: '' }, {}],
        [form, basic('')],
        [form, basic(`${client.client_secret}x`)],
        [{ ...form, client_id: attacker }, basic(client.client_secret)],
      ] as [Record<string, string>, Record<string, string>][]) {
        const answer = await post(issuer, '/oauth/token', body, headers);
        expect([answer.status >= 400 && answer.status < 402, answer.body.access_token]).toEqual([true, undefined]);
        expect(['invalid_client', 'invalid_request']).toContain(answer.body.error);
      }
      expect((await post(issuer, '/oauth/token', form, basic(client.client_secret))).body.error).toBe('invalid_grant');
    });
  });

  describe('mix-up (RFC 9207)', () => {
    verifies('AS-30', 'every answer at the redirect names the issuer, refusals too', async () => {
      const { challenge } = pkce();
      const refusals = [
        await ask({ code_challenge: challenge, response_type: 'token' }),
        await ask({ code_challenge: challenge, prompt: 'none' }),
        await ask({ code_challenge: challenge, resource: 'https://elsewhere.example/mcp' }),
        await ask({ code_challenge: challenge, response_mode: 'nonsense' }),
        await ask({ code_challenge: challenge, request: 'eyJhbGciOiJub25lIn0.e30.' }),
      ];
      for (const { left } of refusals) {
        const answer = new URLSearchParams(left?.hash === '' ? left.search : (left?.hash.slice(1) ?? ''));
        expect([answer.get('code'), answer.get('iss'), answer.get('error') !== null]).toEqual([null, issuer, true]);
      }
    });

    it('a code of one issuer is none at another one, although client and verifier are the same', async () => {
      const other = await startTestIdentity();
      try {
        const authorized = await authorize(issuer, victim);
        const elsewhere = (await registered(other.issuer)).client_id;
        const { status, body } = await redeem(other.issuer, elsewhere, authorized);
        expect([status, body.error]).toEqual([400, 'invalid_grant']);
        expect((await redeem(issuer, victim, authorized)).status).toBe(200);
      } finally {
        await other.stop();
      }
    });
  });
});
