import { parseExact } from '../rewrite/exact-json.ts';

/** Numbers that JavaScript may not hold, or would write otherwise: of many digits, with a point or an exponent, and minus zero. In strings they do no harm. */
const unusualNumber = /\d{16}|\d[.eE]|-0/;

/**
 * Arguments that go on with every number as the caller wrote it: a 64-bit id must reach the tool as it was sent. The client library sees the ones that
 * JavaScript has, for the headers that it makes of them.
 * @param text  what they were parsed from @param path  where in it they are
 */
export function asWritten(args: Record<string, unknown>, text: string, path: 'arguments' | null): Record<string, unknown> {
  if (!unusualNumber.test(text)) return args;
  const whole = parseExact(text) as Record<string, unknown>;
  const exact = path === null ? whole : whole[path];
  return Object.defineProperty({ ...args }, 'toJSON', { value: () => exact });
}
