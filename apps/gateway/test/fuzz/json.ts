import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { JsonRefused } from '../../src/message/strict-json.ts';
import { mutilated } from './mutations.ts';

const names = fc.constantFrom('a', 'b', 'name', 'method', '_meta', '__proto__', '', 'é', '"', '\\', 'a\u0000');
const spelled = (text: string, escapes: number): string =>
  `"${[...text].map((char, at) => ((escapes >> at % 8) & 1 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : JSON.stringify(char).slice(1, -1))).join('')}"`;
const space = fc.constantFrom('', '', '', ' ', '\n', '\r\n\t');
const scalar = fc.oneof(fc.constantFrom('0', '-0', '1.0', '1e400', '9223372036854775807', 'true', 'null', '""', '"},{"', '"\\\\"', '"\\""'), fc.tuple(fc.string(), fc.nat(255)).map(([text, bits]) => spelled(text, bits)));

/** JSON in any spelling; its objects choose from few names, so that some come twice. */
const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie('object'), tie('array')),
  object: fc.array(fc.tuple(names, fc.nat(255), space, tie('value')), { maxLength: 4 }).map((members) => `{${members.map(([name, bits, gap, value]) => `${gap}${spelled(name, bits)}${gap}:${value}`).join(',')}}`),
  array: fc.array(fc.tuple(space, tie('value')), { maxLength: 3 }).map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
})).value;

export const jsonBytes = mutilated(jsonText.map((text) => Buffer.from(text)), 2);

/** A reader of valid JSON that takes the first or the last of two members of a name. JSON.parse is no reference: see `plainNames`. */
export function readJson(text: string, taking: 'first' | 'last' = 'last'): unknown {
  let at = 0;
  const token = /\s*(?:("(?:[^"\\]|\\.)*")|([{}[\],:])|([^\s"{}[\],:]+))/y;
  const next = (): string => {
    token.lastIndex = at;
    const [, string, mark, word] = token.exec(text) ?? [];
    at = token.lastIndex;
    return string ?? mark ?? word ?? '';
  };
  const value = (first: string): unknown => {
    if (first === '[') {
      const items: unknown[] = [];
      for (let item = next(); item !== ']'; item = next()) if (item !== ',') items.push(value(item));
      return items;
    }
    if (first !== '{') return JSON.parse(first);
    const members = new Map<string, unknown>();
    for (let name = next(); name !== '}'; name = next()) {
      if (name === ',') continue;
      next();
      const key = JSON.parse(name) as string;
      const read = value(next());
      if (taking === 'last' || !members.has(key)) members.set(key, read);
    }
    // `__proto__` is a member like any other.
    return Object.fromEntries(members);
  };
  return value(next());
}

const outcomeOf = <Value>(read: () => Value): { value: Value } | { error: unknown } => {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
};

/** GW-42: what is taken reads the same to a reader that takes the first and to one that takes the last; what is refused is refused for what it is. */
export const readsOneWay = (parse: (bytes: Buffer) => unknown): fc.IProperty<[Buffer]> =>
  fc.property(jsonBytes, (bytes) => {
    const strict = outcomeOf(() => parse(bytes));
    if ('error' in strict && !(strict.error instanceof JsonRefused)) throw strict.error;
    const isUtf8 = !('error' in outcomeOf(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)));
    const last = outcomeOf(() => { JSON.parse(bytes.toString()); return readJson(bytes.toString()); });
    const two = 'value' in last && !isDeepStrictEqual(readJson(bytes.toString(), 'first'), last.value);
    if ('value' in strict) return isUtf8 && 'value' in last && !two && isDeepStrictEqual(strict.value, last.value);
    const { fault } = strict.error as JsonRefused;
    if (fault === 'encoding') return !isUtf8;
    if (fault === 'malformed') return isUtf8 && ('error' in last || /"\\[^"]+"\s*:/.test(bytes.toString()) || /"\\""\s*:/.test(bytes.toString()));
    return fault === 'depth' || 'value' in last;
  });
