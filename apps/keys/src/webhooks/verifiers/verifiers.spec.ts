import { createHmac, randomBytes } from 'node:crypto';
import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import type { SignedRequest, VerifierOptions } from './signed-request.ts';
import { verifierOf } from './verifier-of.ts';

const now = Math.floor(Date.now() / 1000);
const options: VerifierOptions = { toleranceSeconds: 300, hmac: { header: 'x-signature', encoding: 'hex', prefix: '', timestampHeader: null, idHeader: null } };
const body = Buffer.from('{"id":"evt_1","event_id":"Ev1","text":"déjà vu"}');
const [first, second] = [`whsec_${randomBytes(32).toString('base64')}`, `whsec_${randomBytes(32).toString('base64')}`];
const stripe = new Stripe('sk_test_x');

type Name = keyof typeof verifierOf;
/** What a sender of each scheme sends, made by the published library where there is one. */
const signed: Record<Name, (secret: string, seconds?: number) => SignedRequest> = {
  standard: (secret, seconds = now) => ({
    body,
    headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': String(seconds), 'webhook-signature': new Webhook(secret).sign('msg_1', new Date(seconds * 1000), body.toString()) },
  }),
  stripe: (secret, seconds = now) => ({ body, headers: { 'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret, timestamp: seconds }) } }),
  github: (secret) => ({ body, headers: { 'x-github-delivery': 'd-1', 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` } }),
  slack: (secret, seconds = now) => ({
    body,
    headers: { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${seconds}:${body.toString()}`).digest('hex')}` },
  }),
  'hmac-sha256': (secret) => ({ body, headers: { 'x-signature': createHmac('sha256', secret).update(body).digest('hex') } }),
};
const names = Object.keys(signed) as Name[];
const timed: Name[] = ['standard', 'stripe', 'slack'];
const check = (name: Name, request: SignedRequest, secrets = [first], at = now, more = options) => verifierOf[name](request, secrets, more, at);

describe('the verifiers of incoming webhooks', () => {
  verifies(['WH-14', 'K9'], 'take what each sender signs, under any of five secrets, and name the message', () => {
    const others = Array.from({ length: 4 }, () => `whsec_${randomBytes(32).toString('base64')}`);
    const ids: Record<Name, RegExp> = { standard: /^id:msg_1$/, stripe: /^id:evt_1$/, github: /^sha256:/, slack: /^id:Ev1$/, 'hmac-sha256': /^sha256:/ };
    for (const name of names) {
      expect([name, check(name, signed[name](first), [...others, first])]).toEqual([name, expect.arrayContaining([expect.stringMatching(ids[name])])]);
      expect([name, check(name, signed[name](first), others)]).toEqual([name, null]);
      expect([name, check(name, signed[name](first), [])]).toEqual([name, null]);
    }
  });

  verifies('WH-14', 'agree with examples that GitHub and Slack publish', () => {
    const hello = { body: Buffer.from('Hello, World!'), headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' } };
    expect(check('github', hello, ["It's a Secret to Everybody"])).not.toBeNull();
    const text = 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const command = { body: Buffer.from(text), headers: { 'x-slack-request-timestamp': '1531420618', 'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503' } };
    expect(check('slack', command, ['8f742231b10e8888abcd99yyyzzz85a5'], 1_531_420_618)).not.toBeNull();
  });

  verifies('WH-02', 'take a message that several secrets signed, as long as one of them is known', () => {
    for (const [name, header, separator] of [['standard', 'webhook-signature', ' '], ['stripe', 'stripe-signature', ',']] as const) {
      const [one, two] = [signed[name](first), signed[name](second)];
      const v1 = String(two.headers[header]).replace(/^t=\d+,/, '');
      const both = { body, headers: { ...one.headers, [header]: `${String(one.headers[header])}${separator}${v1}` } };
      expect([check(name, both, [first]), check(name, both, [second])]).toEqual([expect.any(Array), expect.any(Array)]);
      const old = { body, headers: { ...one.headers, [header]: String(one.headers[header]).replace('v1', 'v0') } };
      expect(check(name, old)).toBeNull();
    }
  });

  verifies('WH-11', 'take what is up to the tolerance old or early, and nothing beyond', () => {
    for (const name of timed) {
      for (const [seconds, taken] of [[now - 300, true], [now - 301, false], [now + 300, true], [now + 301, false], [1, false]] as const) {
        expect([name, seconds - now, check(name, signed[name](first, seconds)) !== null]).toEqual([name, seconds - now, taken]);
      }
      expect(check(name, signed[name](first, now - 301), [first], now, { ...options, toleranceSeconds: 400 })).not.toBeNull();
    }
  });

  verifies('WH-10', 'take nothing with a bit of the body or of a signed header changed, or a header missing or doubled', () => {
    for (const name of names) {
      const request = signed[name](first);
      for (let at = 0; at < body.length; at += 1) {
        const changed = Buffer.from(body);
        changed[at]! ^= 1 << at % 8;
        expect([name, at, check(name, { ...request, body: changed })]).toEqual([name, at, null]);
      }
      for (const grown of [Buffer.concat([body, Buffer.from(' ')]), body.subarray(1), Buffer.alloc(0)]) expect(check(name, { ...request, body: grown })).toBeNull();
      for (const [header, value] of Object.entries(request.headers)) {
        // GitHub signs the body alone.
        if (header === 'x-github-delivery') continue;
        const { [header]: _gone, ...without } = request.headers;
        const text = String(value);
        for (const headers of [without, { ...without, [header]: [text, text] }, { ...without, [header]: '' }, { ...without, [header]: `${text}0` }, { ...without, [header]: text.slice(0, -1) }, { ...without, [header]: ` ${text.repeat(100)}` }]) {
          expect([name, header, check(name, { body, headers } as SignedRequest)]).toEqual([name, header, null]);
        }
      }
    }
  });

  verifies('WH-14', 'read a plain HMAC where and how the subscription says', () => {
    const hmac = { header: 'x-acme', encoding: 'base64', prefix: 'v1=', timestampHeader: 'x-acme-time', idHeader: 'x-acme-id' } as const;
    const more = { ...options, hmac };
    const text = createHmac('sha256', first).update(`${now}.`).update(body).digest('base64');
    const request = { body, headers: { 'x-acme': `v1=${text}`, 'x-acme-time': String(now), 'x-acme-id': '7' } };
    expect(check('hmac-sha256', request, [first], now, more)).toEqual([expect.stringMatching(/^sha256:/), 'id:7']);
    expect(check('hmac-sha256', request, [first], now + 301, more)).toBeNull();
    expect(check('hmac-sha256', { ...request, headers: { ...request.headers, 'x-acme-time': String(now - 1) } }, [first], now, more)).toBeNull();
    expect(check('hmac-sha256', { ...request, headers: { ...request.headers, 'x-acme': text } }, [first], now, more)).toBeNull();
  });

  verifies('WH-10', 'judge bytes and not text: a body that is no UTF-8 is signed like any other', () => {
    const raw = Buffer.from([0xff, 0x00, 0xfe, 0x7b]);
    const request = (bytes: Buffer) => ({ body: bytes, headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', first).update(raw).digest('hex')}` } });
    expect(check('github', request(raw))).not.toBeNull();
    expect(check('github', request(Buffer.from(raw.toString())))).toBeNull();
  });

  verifies('WH-10', 'neither throw nor agree, whatever comes', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('v1,', 't=,v1=', 'sha256=', 'v0=', String(now), `t=${now},v1=${'0'.repeat(64)}`, `v1,${'A'.repeat(43)}=`));
    const headers = fc.dictionary(fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'stripe-signature', 'x-hub-signature-256', 'x-slack-signature', 'x-slack-request-timestamp', 'x-signature', '__proto__'), fc.oneof(text, fc.array(text)));
    fc.assert(fc.property(fc.constantFrom(...names), headers, fc.uint8Array({ maxLength: 300 }), (name, given, bytes) => check(name, { headers: given as SignedRequest['headers'], body: Buffer.from(bytes) }) === null), { numRuns: 2000 });
  });
});
