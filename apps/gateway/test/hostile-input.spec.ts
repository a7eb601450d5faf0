import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '@latchkey/problem';
import { verifies } from '@latchkey/testing';
import { mintToken, readToken } from '@latchkey/token';
import fc from 'fast-check';
import { readAuthzTarget } from '../src/authz/authz-path.ts';
import { checkCharacters, readAuthorization } from '../src/credentials/authorization-header.ts';
import { CompactJws } from '../src/credentials/compact-jws.ts';
import { upstreamHeaders } from '../src/forward/request-headers.ts';
import { keepHeaders } from '../src/forward/response-headers.ts';
import { decideEra } from '../src/message/era.ts';
import { parseStrictJson } from '../src/message/strict-json.ts';
import { dropReserved } from '../src/proxy/stages/strip-reserved-headers.ts';
import { EventStreamRewriter, rewriteText } from '../src/rewrite/event-stream.ts';
import type { Rewrite } from '../src/rewrite/rewrite-plan.ts';
import { arrivesFiltered } from './fuzz/events.ts';
import { keepsToItself, keepsUpstreamIn, takesOneToken } from './fuzz/headers.ts';
import { readsOneWay } from './fuzz/json.ts';
import { asksAboutOne, headersAgree } from './fuzz/messages.ts';
import { mutilated } from './fuzz/mutations.ts';
import { announce, check, finds } from './fuzz/plan.ts';

const minted = mintToken();
const jws = ['{"alg":"ES256","typ":"at+jwt","kid":"k1"}', '{"sub":"a","exp":1}', 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');

/** What is left of an upstream's headers, by name. */
function callerHeaders(from: IncomingHttpHeaders): Record<string, string | string[]> {
  const told: (string | string[])[] = [];
  keepHeaders(told, from, true);
  return Object.fromEntries(told.flatMap((name, at) => (at % 2 === 0 ? [[String(name), told[at + 1] ?? '']] : [])));
}

describe(`what parses what strangers send, ${announce(['json', 'authorization', 'tokens', 'events', 'requestHeaders', 'answerHeaders', 'eras', 'paths'])}`, () => {
  verifies('GW-42', 'a body is taken only where every reader of JSON reads the same', () => check('json', readsOneWay(parseStrictJson)));

  verifies('GW-20', 'a token comes from one Authorization header or from none', () => check('authorization', takesOneToken((request) => {
    const presented = readAuthorization(request);
    if (presented !== null) checkCharacters(presented.token);
    return presented;
  })));

  verifies(['GW-22', 'GW-23'], 'mutilated tokens are told from whole ones, and break nothing', () =>
    check('tokens', fc.property(mutilated(fc.constantFrom(Buffer.from(minted.token), Buffer.from(jws))), (bytes) => {
      const text = bytes.toString('latin1');
      const token = CompactJws.read(text);
      token?.payload();
      if (token !== undefined && 'crit' in token.header) return false;
      try {
        return readToken(text).publicId === minted.publicId && text === minted.token;
      } catch (error) {
        return error instanceof Problem && error.code === 'token_malformed' && text !== minted.token;
      }
    })));

  verifies(['GW-51', 'GW-53'], 'a stream of events arrives as the filter leaves it, however it is spelled and cut', () => check('events', arrivesFiltered((rewrite) => new EventStreamRewriter(rewrite))));

  verifies(['GW-80', 'GW-81', 'GW-73'], 'no header of a caller goes on that the protocol does not know', () => check('requestHeaders', keepsToItself(dropReserved, upstreamHeaders)));

  verifies('GW-83', 'no header of an upstream comes out that is about its own dealings', () => check('answerHeaders', keepsUpstreamIn(callerHeaders)));

  verifies(['GW-40', 'GW-43', 'GW-44'], 'an era is granted only to a message whose headers say what its body says', () => check('eras', headersAgree(decideEra)));

  verifies('G14', 'a proxy’s question is about one server in every reading of the path, or refused', () => check('paths', asksAboutOne(readAuthzTarget)));

  it('finds faults: the same cases, on code with one planted in it', () => {
    const byBlankLine = (rewrite: Rewrite) => ({ rest: '', push(chunk: Buffer): Buffer {
      const parts = (this.rest + chunk.toString()).split('\n\n');
      this.rest = parts.pop() ?? '';
      return Buffer.from(parts.map((part) => (part.startsWith('data: ') ? `data: ${rewriteText(part.slice(6), rewrite) ?? ''}\n\n` : `${part}\n\n`)).join(''));
    } });
    const lax = (headers: IncomingHttpHeaders): void => { delete headers['x-forwarded-for']; };
    const found = {
      json: finds(readsOneWay((bytes) => JSON.parse(bytes.toString()) as unknown)),
      authorization: finds(takesOneToken(({ headers }) => (/^bearer /i.test(headers.authorization ?? '') ? { scheme: 'bearer', token: headers.authorization?.slice(7) ?? '' } : null))),
      events: finds(arrivesFiltered(byBlankLine)),
      requestHeaders: finds(keepsToItself(lax, upstreamHeaders)),
      answerHeaders: finds(keepsUpstreamIn(({ 'set-cookie': _cookie, ...headers }) => headers as Record<string, string>)),
      eras: finds(headersAgree((_shape, headers) => (headers['mcp-protocol-version'] === '2026-07-28' ? 'modern' : 'legacy'))),
      paths: finds(asksAboutOne(({ rawHeaders }) => /^\/mcp\/([a-z0-9-]+)/.exec(rawHeaders[1] ?? '')?.[1] ?? null)),
    };
    expect(found).toEqual({ json: true, authorization: true, events: true, requestHeaders: true, answerHeaders: true, eras: true, paths: true });
  });
});
