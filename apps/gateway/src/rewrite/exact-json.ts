/** Number literals as they were written (ECMA-262, JSON.parse source text access): a schema's 64-bit bound must not come out rounded. */
interface RawJson {
  rawJSON(text: string): unknown;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
}
const json = JSON as unknown as RawJson;

const keepNumber = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && source !== undefined && source !== String(value) ? json.rawJSON(source) : value;

/** Parses so that `JSON.stringify` of the result says the same to every reader, whatever its numbers. @throws SyntaxError */
export const parseExact = (text: string): unknown => json.parse(text, keepNumber);
