import { isObject } from '../message/message.ts';
import { plainNames } from '../message/plain-names.ts';

/** Number literals as they were written (ECMA-262, JSON.parse source text access): a schema's 64-bit bound must not come out rounded. */
interface RawJson {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
}
const json = JSON as unknown as RawJson;

const keepNumber = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && source !== undefined && source !== String(value) ? json.rawJSON(source) : value;

/** Whether a value from `parseExact` has members: a number kept as it was written is an object to the language, and frozen. */
export const hasMembers = (value: unknown): value is Record<string, unknown> => isObject(value) && !json.isRawJSON(value);

/** Parses so that `JSON.stringify` of the result says the same to every reader, whatever its numbers. @throws SyntaxError */
export const parseExact = (text: string): unknown => json.parse(plainNames(text) ?? text, keepNumber);
