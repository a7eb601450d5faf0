import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { UnreadableAnswer } from '../../src/rewrite/event-stream.ts';
import type { Rewrite } from '../../src/rewrite/rewrite-plan.ts';
import { readJson } from './json.ts';
import { cuts, inPieces, mutilated } from './mutations.ts';

interface Event { type: string; data: string; id: string }

/** How a client reads a stream: HTML standard, sections 9.2.5 and 9.2.6, to the letter. */
export function eventsIn(bytes: Buffer): { events: Event[]; lastId: string } {
  // The decoder takes a leading byte order mark away.
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  // What no line end ends is no line yet.
  lines.pop();
  const events: Event[] = [];
  let [data, type, id, lastId] = ['', '', '', ''];
  for (const line of lines) {
    if (line === '') {
      lastId = id;
      if (data !== '') events.push({ type: type === '' ? 'message' : type, data: data.replace(/\n$/, ''), id });
      [data, type] = ['', ''];
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data += `${value}\n`;
    if (field === 'event') type = value;
    if (field === 'id' && !value.includes('\0')) id = value;
  }
  return { events: events.filter(({ data: text }) => text !== ''), lastId };
}

const message = fc.oneof(
  fc.record({ jsonrpc: fc.constant('2.0'), id: fc.nat(9), result: fc.oneof(fc.constant('hidden'), fc.jsonValue({ maxDepth: 1 })) }).map((value) => JSON.stringify(value)).filter((text) => !/"\\."/.test(text)),
  fc.constantFrom('{"result":"hidden"}', '{"result":1.0}', '[{"result":"hidden"},{"result":2}]', '{"result":"hidden","result":1}', '{\n"result":\n"hidden"}', '1.0', '"x"', '\n5', 'null', '{', ''),
);
const field = fc.oneof(
  { weight: 5, arbitrary: message.map((text) => text.split('\n').map((line) => `data: ${line}`)) },
  { weight: 1, arbitrary: message.map((text) => text.split('\n').map((line) => `data:${line}`)) },
  { weight: 3, arbitrary: fc.constantFrom(['id: 7'], ['id'], ['id: a\0b'], ['event: message'], ['event: other'], ['retry: 5'], [': comment'], ['data'], ['datax: {"result":"hidden"}'], ['\ufeffdata: {"result":"hidden"}'], [' data: 1'], ['nonsense']) },
);
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r\n', '\r');
const stream = fc.tuple(fc.constantFrom('', '', '', '\ufeff'), fc.array(fc.tuple(fc.array(field, { maxLength: 3 }), lineEnd, lineEnd), { maxLength: 5 }), fc.constantFrom('', 'data: {"result":"hidden"}\n', 'data: {"res'))
  .map(([mark, events, rest]) => Buffer.from(mark + events.map(([fields, end, last]) => [...fields.flat(), ''].join(end) + last).join('') + rest));

/** A CR that comes last may be half of a line end: the event waits for what comes. */
const closed = (bytes: Buffer): Buffer => (bytes.at(-1) === 0x0d ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes);

/** Stands for every filter: it drops, and it changes. */
const rewrite: Rewrite = (received) => {
  if (received['result'] === 'hidden') return false;
  received['seen'] = true;
  return true;
};
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns undefined for an event that must not arrive @throws SyntaxError */
function expected(event: Event): unknown {
  const value = readJson(event.data);
  const kept = (item: unknown): boolean => isRecord(item) && rewrite(item);
  if (Array.isArray(value)) return value.filter(kept);
  return !isRecord(value) || rewrite(value) ? value : undefined;
}

export interface Rewriter { push(chunk: Buffer): Buffer }

/** GW-51: a client sees the events of the upstream, each as the filter leaves it, whatever their spelling and however they come in. */
export const arrivesFiltered = (open: (rewrite: Rewrite) => Rewriter): fc.IProperty<[Buffer, number[]]> =>
  fc.property(mutilated(stream, 1).map(closed), cuts, (bytes, at) => {
    const given = eventsIn(bytes);
    const rewriter = open(rewrite);
    let out: Buffer;
    try {
      out = Buffer.concat(inPieces(bytes, at).map((piece) => rewriter.push(piece)));
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      // Only for what is no message: a stream of messages is never cut.
      return given.events.some(({ data }) => { try { JSON.parse(data); return false; } catch { return true; } });
    }
    const wanted = given.events.flatMap((event) => { const value = expected(event); return value === undefined ? [] : [{ ...event, data: value }]; });
    const { events, lastId } = eventsIn(out);
    const got = { events: events.map((event) => ({ ...event, data: readJson(event.data) })), lastId };
    return isDeepStrictEqual(got, { events: wanted, lastId: given.lastId });
  });
