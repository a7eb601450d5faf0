import { isUtf8 } from 'node:buffer';
import { plainNames } from './plain-names.ts';

/** Why a body is not taken. `malformed` is no JSON at all; the others are JSON that two parsers could read differently. */
export type JsonFault = 'malformed' | 'encoding' | 'duplicate' | 'depth';

export class JsonRefused extends Error {
  constructor(readonly fault: JsonFault) {
    super(`JSON refused: ${fault}`);
    this.name = 'JsonRefused';
  }
}

const maxDepth = 128;
const quote = 0x22;
const backslash = 0x5c;

/** Index of the quote that ends the string whose opening quote is at `open`. */
function endOfString(text: string, open: number): number {
  let end = text.indexOf('"', open + 1);
  for (;;) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
}

/** `text` is valid JSON by now. Names are compared as they decode, so that an escaped spelling does not pass as another name. */
function refuseRepeatedNames(text: string): void {
  const names: (Set<string> | null)[] = [];
  let nameNext = false;
  // Hot path: one pass, no allocation but the names of the objects.
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        if (nameNext) {
          const raw = text.slice(at + 1, end);
          const name = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
          const seen = names.at(-1);
          if (seen?.has(name) === true) throw new JsonRefused('duplicate');
          seen?.add(name);
          nameNext = false;
        }
        at = end;
        break;
      }
      case 0x7b: // {
        names.push(new Set());
        nameNext = true;
        break;
      case 0x5b: // [
        names.push(null);
        nameNext = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        names.pop();
        nameNext = false;
        break;
      case 0x2c: // ,
        nameNext = names.at(-1) !== null;
        break;
      default:
    }
    if (names.length > maxDepth) throw new JsonRefused('depth');
  }
}

/**
 * The same for a text without a backslash, where a name is what it looks like: each name once, exactly if there are as many members in what
 * was parsed. Hot path: no name is looked at, and nothing is made.
 */
function refuseRepeatedPlainNames(text: string, value: unknown): void {
  let depth = 0;
  let names = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = text.indexOf('"', at + 1);
        break;
      case 0x3a: // :
        names += 1;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth += 1;
        if (depth > maxDepth) throw new JsonRefused('depth');
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
        break;
      default:
    }
  }
  if (names !== membersIn(value)) throw new JsonRefused('duplicate');
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) for (const item of value as unknown[]) members += membersIn(item);
  else for (const name in value) members += 1 + membersIn((value as Record<string, unknown>)[name]);
  return members;
}

/**
 * Parses a body so that what is judged here is what the next parser sees (GW-42): no invalid UTF-8 that one side replaces, and no member
 * name twice, of which one side takes the first and the other the last. The rule holds at every depth: also arguments are judged.
 * @throws JsonRefused
 * @see RFC 8259 sections 4 and 8.1
 */
export function parseStrictJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new JsonRefused('encoding');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonRefused('malformed');
  }
  if (!text.includes('\\')) {
    refuseRepeatedPlainNames(text, value);
    return value;
  }
  refuseRepeatedNames(text);
  const plain = plainNames(text);
  if (plain === null) throw new JsonRefused('malformed');
  return plain === text ? value : JSON.parse(plain);
}
