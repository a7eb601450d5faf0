import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectSecrets } from './collect-secrets.ts';
import { Secrets } from './secrets.ts';
import { sweep } from './sweep.ts';

describe('Secrets', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('finds a secret in a log, names it and does not show it', () => {
    const secrets = new Secrets();
    secrets.add('the token', 'lk_pat_0123456789');
    secrets.add('another', 'not-in-any-log-file');
    expect(() => secrets.findIn([directory])).toThrow('Nothing was logged');
    writeFileSync(join(directory, 'a.log'), '{"msg":"hello"}\n');
    expect(secrets.findIn([directory])).toEqual([]);
    mkdirSync(join(directory, 'full'));
    writeFileSync(join(directory, 'full/b.log'), '{"url":"/mcp/x/lk_pat_0123456789"}\n');
    expect(secrets.findIn([directory])).toEqual(['the token in full/b.log']);
    expect(() => sweep(secrets, [directory])).toThrow('the token in full/b.log');
    expect(() => sweep(secrets, [directory])).not.toThrow('lk_pat_0123456789');
  });

  const secret = 'p/w+"ä ö?-0123456789';
  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ url: secret })],
    ['in a URL', `?password=${encodeURIComponent(secret)}&x=1`],
    ['in a form', new URLSearchParams({ password: secret }).toString()],
    ['in hexadecimal', `\\x${Buffer.from(secret).toString('hex')}`],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 of URLs', Buffer.from(secret).toString('base64url')],
    ['as the password of a Basic header', `Basic ${Buffer.from(`client:${secret}`).toString('base64')}`],
    ['as one with another name before it', `Basic ${Buffer.from(`client1:${secret}!`).toString('base64')}`],
    ['and with yet another', `Basic ${Buffer.from(`client-2:${secret}!!`).toString('base64')}`],
  ])('finds it %s', (_form, text) => {
    const secrets = new Secrets();
    secrets.add('a password', secret);
    writeFileSync(join(directory, 'a.log'), `{"msg":"hello"}\nsomething ${text} something`);
    expect(secrets.findIn([directory])).toEqual(['a password in a.log']);
    writeFileSync(join(directory, 'a.log'), text.slice(0, text.length / 2).slice(0, 12));
    expect(secrets.findIn([directory])).toEqual([]);
  });

  it('learns what is sent and answered from the requests themselves', async () => {
    const secrets = new Secrets();
    const answer = new Response(JSON.stringify({ access_token: 'an-access-token-1', nested: { client_secret: 'a-client-secret-1' }, code: 'token_revoked_and_long', id: 'no-secret-at-all' }), {
      status: 200,
      headers: { 'content-type': 'application/json', location: 'https://app.test/cb?code=an-authorization-code&state=s', 'set-cookie': 'session=a-cookie-of-somebody; Path=/' },
    });
    const stop = collectSecrets(secrets, () => Promise.resolve(answer));
    try {
      const response = await fetch('http://latchkey.test/', {
        method: 'POST', headers: { authorization: 'Bearer a-bearer-token-1', cookie: 'a=b; c=another-cookie-1' }, body: new URLSearchParams({ password: 'a-password-in-a-form', scope: 'a-scope-that-is-long' }),
      });
      expect(await response.json()).toMatchObject({ id: 'no-secret-at-all' });
    } finally {
      await stop();
    }
    const known = ['an-access-token-1', 'a-client-secret-1', 'an-authorization-code', 'a-cookie-of-somebody', 'a-bearer-token-1', 'another-cookie-1', 'a-password-in-a-form'];
    expect(secrets.size).toBe(known.length);
    for (const value of known) {
      writeFileSync(join(directory, 'a.log'), value);
      expect(secrets.findIn([directory])).toHaveLength(1);
    }
  });
});
