import { randomUUID } from 'node:crypto';
import { SignJWT, type CryptoKey } from 'jose';
import type { Pool } from 'undici';
import type { GatewayPlace } from './processes/gateway-server.ts';

export interface MixedLoadOptions extends Pick<GatewayPlace, 'keys' | 'accessTokens' | 'narrowedKeys'> {
  pool: Pool;
  path: string;
  /** An access token for a subject, from so many seconds ago */
  sign(subject: string, agoSeconds: number): Promise<string>;
}

interface Sent {
  status: number;
  text: string;
}

type Act = (at: number) => Promise<void>;

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' };
const message = (method: string, params: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const calling = message('tools/call', { name: 'add', arguments: { text: 'x'.repeat(212) } });
const hidden = message('tools/call', { name: 'remove', arguments: {} });
const listing = message('tools/list', {});
const watching = message('tools/call', { name: 'watch', arguments: {} });
const broken = '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}';
const lifetimeSeconds = 3600;

/** As a gateway sees it in a day, in turns: most of it calls, and a little of everything that leaves something behind. What comes of each is looked at. */
export function mixedLoad({ pool, path, keys, accessTokens, narrowedKeys, sign }: MixedLoadOptions): Act {
  const send = async (body: string, token: string): Promise<Sent> => {
    const answer = await pool.request({ method: 'POST', path, headers: { ...headers, authorization: `Bearer ${token}` }, body });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const expecting = (status: number, words: string) => ({ status: got, text }: Sent): void => {
    if (got !== status || !text.includes(words)) throw new Error(`${status} with ${words} was expected, and ${got} came: ${text.slice(0, 300)}`);
  };
  const of = (tokens: readonly string[], at: number): string => tokens[at % tokens.length] ?? '';
  const person = (at: number): string => `user-${at % keys.length}`;

  const acts: Record<string, Act> = {
    key: (at) => send(calling, of(keys, at)).then(expecting(200, 'result')),
    token: (at) => send(calling, of(accessTokens, at)).then(expecting(200, 'result')),
    list: (at) => send(listing, of(keys, at)).then(expecting(200, 'remove')),
    narrowed: (at) => send(listing, of(narrowedKeys, at)).then(({ status, text }) => expecting(200, 'add')({ status, text: text.includes('remove') ? 'too much' : text })),
    hidden: (at) => send(hidden, of(narrowedKeys, at)).then(expecting(200, 'Unknown tool')),
    broken: (at) => send(broken, of(keys, at)).then(expecting(400, 'twice')),
    unknown: () => send(calling, 'not-a-token').then(expecting(401, 'token_malformed')),
    fresh: async (at) => expecting(200, 'result')(await send(calling, await sign(person(at), 0))),
    expired: async (at) => expecting(401, 'token_expired')(await send(calling, await sign(person(at), 2 * lifetimeSeconds))),
    stream: async (at) => {
      const answer = await pool.request({ method: 'POST', path, headers: { ...headers, authorization: `Bearer ${of(keys, at)}` }, body: watching });
      for await (const chunk of answer.body) {
        if (!String(chunk).includes('data: ')) throw new Error('the stream began with something else');
        break;
      }
    },
  };
  const turn = ['key', 'token', 'key', 'list', 'key', 'token', 'fresh', 'key', 'narrowed', 'token', 'hidden', 'key', 'stream', 'token', 'broken', 'key', 'unknown', 'token', 'expired', 'key', 'token', 'stream'];
  return async (at) => {
    const name = turn[at % turn.length] ?? '';
    try {
      await acts[name]?.(at);
    } catch (cause) {
      throw new Error(`request ${at}, ${name}: ${String(cause)}`, { cause });
    }
  };
}

/** @param key  of the issuer */
export const signer = (key: CryptoKey, { issuer, audience }: { issuer: string; audience: string }) => (subject: string, agoSeconds: number): Promise<string> => {
  const iat = Math.floor(Date.now() / 1000) - 5 - agoSeconds;
  const claims = { iss: issuer, sub: subject, aud: audience, iat, exp: iat + lifetimeSeconds, jti: randomUUID(), client_id: 'client-1', scope: 'mcp:read mcp:execute', org: 'acme', gid: randomUUID(), sid: randomUUID() };
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }).sign(key);
};
