import fc from 'fast-check';
import { mutilated } from './mutations.ts';

export interface Read { start: string; headers: [string, string][]; body: string; complete: boolean }

const head = /^((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[ \t]*[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;

/**
 * Messages in a connection by RFC 9112 to the letter, with no leniency and no guess: from the first doubt on there is nothing.
 * @param hasBody  whether the message with that start line has one
 */
export function readMessages(text: string, hasBody: (start: string) => boolean = () => true): Read[] {
  const read: Read[] = [];
  for (let rest = text; rest !== ''; ) {
    // RFC 9112 section 2.2: an empty line before a request is robustness, also where it ends with LF alone. Before an answer there is none.
    if (read.every(({ complete }) => complete)) rest = rest.replace(/^[\r\n]+(?!HTTP\/|[\r\n])/, '');
    const [line, start] = /^([^\r\n\0]+)\r\n/.exec(rest) ?? [];
    const fields = line === undefined ? null : head.exec(rest.slice(line.length));
    if (line === undefined || start === undefined || fields === null) return read;
    const headers = (fields[1] ?? '').split('\r\n').filter(Boolean).map((field): [string, string] => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]);
    rest = rest.slice(line.length + fields[0].length);
    const all = (name: string): string[] => headers.filter(([own]) => own === name).map(([, value]) => value);
    const [lengths, codings] = [all('content-length'), all('transfer-encoding')];
    const message: Read = { start, headers, body: '', complete: false };
    if (!hasBody(start)) message.complete = true;
    else if (codings.length > 0) {
      if (lengths.length > 0 || codings.join().toLowerCase() !== 'chunked') return read;
      for (let size = -1; size !== 0; ) {
        const [chunk, digits] = /^([0-9a-f]+)(?:;[^\r\n]*)?\r\n/i.exec(rest) ?? [];
        if (chunk === undefined || digits === undefined) break;
        size = parseInt(digits, 16);
        const piece = rest.slice(chunk.length, chunk.length + size);
        rest = rest.slice(chunk.length + size);
        if (piece.length < size) break;
        message.body += piece;
        const end = size === 0 ? head.exec(rest)?.[0] : rest.startsWith('\r\n') ? '\r\n' : undefined;
        if (end === undefined) break;
        rest = rest.slice(end.length);
        message.complete = size === 0;
      }
    } else {
      if (lengths.length > 1 || !/^\d{1,15}$/.test(lengths[0] ?? '0')) return read;
      const length = Number(lengths[0] ?? 0);
      message.body = rest.slice(0, length);
      message.complete = message.body.length === length;
      rest = rest.slice(length);
    }
    read.push(message);
    if (!message.complete) return read;
  }
  return read;
}

const bodies = fc.oneof(
  { weight: 6, arbitrary: fc.record({ jsonrpc: fc.constant('2.0'), id: fc.nat(999), method: fc.constantFrom('tools/call', 'tools/list', 'ping'), params: fc.record({ name: fc.constantFrom('add', 'grün'), arguments: fc.dictionary(fc.stringMatching(/^[a-z]{2,4}$/), fc.string({ maxLength: 6 }), { maxKeys: 2 }) }) }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) }, { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
).map((text) => Buffer.from(text).toString('latin1'));

const chunked = (body: string, size: number, extension: string, trailer: string): string => {
  const pieces = body.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return [...pieces.map((piece) => `${piece.length.toString(16)}${extension}\r\n${piece}\r\n`), `0\r\n${trailer}\r\n`].join('');
};
const strange = fc.constantFrom('Content-Length: 0', 'Content-Length: 5', 'Content-Length:', 'Content-Length: +1', 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity', 'Transfer-Encoding : chunked', 'Transfer-Encoding: x, chunked', ' folded: x', 'X-A:b\rX-B: c', 'Expect: 100-continue', 'Expect: x', 'Connection: close', 'Connection: upgrade\r\nUpgrade: websocket', 'Host: evil.example', 'Cookie: a=b', 'Authorization: Bearer x', 'X-Forwarded-For: 1.2.3.4', 'Mcp-Session-Id: x', 'TE: trailers', 'Content-Type: text/plain');

/** One request as a client would send it, or nearly. */
const request = (token: string): fc.Arbitrary<string> => fc.record({
  method: fc.oneof({ weight: 8, arbitrary: fc.constant('POST') }, { weight: 2, arbitrary: fc.constantFrom('GET', 'DELETE', 'HEAD', 'OPTIONS', 'PUT', 'CONNECT', 'PRI', 'post') }),
  target: fc.oneof({ weight: 8, arbitrary: fc.constant('/mcp/demo') }, { weight: 2, arbitrary: fc.constantFrom('/', '/mcp', '/mcp/other', '/mcp/demo?x=1', '/v1/me', '/v1/tools/demo', '/authz', 'http://evil.example/mcp/demo', '*', '/mcp/%64emo', '//mcp/demo') }),
  version: fc.oneof({ weight: 15, arbitrary: fc.constant('HTTP/1.1') }, { weight: 1, arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'http/1.1') }),
  credential: fc.oneof({ weight: 6, arbitrary: fc.constant(`Authorization: Bearer ${token}`) }, { weight: 1, arbitrary: fc.constantFrom('Authorization: Basic eA==', `authorization:Bearer ${token.slice(0, -1)}x`) }),
  body: bodies, more: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(strange, { maxLength: 2 }) }), size: fc.integer({ min: 1, max: 60 }),
  framing: fc.oneof({ weight: 5, arbitrary: fc.constant('length') }, { weight: 3, arbitrary: fc.constant('chunked') }, { weight: 1, arbitrary: fc.constantFrom('less', 'more', 'both', 'neither') }),
  extension: fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom(';a=b', ';', ' ', ';a="\r\n"') }), trailer: fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom('X-T: 1\r\n', 'Content-Length: 3\r\n', 'Host: x\r\n') }),
}).map(({ method, target, version, credential, body, more, size, framing, extension, trailer }) => {
  const length: readonly string[] = { length: [`Content-Length: ${body.length}`], less: [`Content-Length: ${Math.max(0, body.length - 3)}`], more: [`Content-Length: ${body.length + 3}`], both: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], chunked: ['Transfer-Encoding: chunked'], neither: [] }[framing] ?? [];
  const sent = length.includes('Transfer-Encoding: chunked') ? chunked(body, size, extension, trailer) : body;
  return [`${method} ${target} ${version}`, 'Host: gateway.test', credential, 'Content-Type: application/json', 'Accept: application/json, text/event-stream', ...more, ...length, '', sent].join('\r\n');
});

/** What one connection brings: some requests on it, one after the other, whole or mutilated. */
export const connection = (token: string): fc.Arbitrary<Buffer> => mutilated(fc.array(request(token), { minLength: 1, maxLength: 3 }).map((texts) => Buffer.from(texts.join(''), 'latin1')), 2);
