import { z } from 'zod';

/** A text that Postgres can hold, as `text` and in `jsonb`: without NUL and without halves of surrogate pairs, both of which JSON can say (RFC 8259 section 8.2). */
export const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text);

/** What somebody really sends is far from this deep; what walks through it calls itself once for each level. */
const maxDepth = 64;

/** Why JSON cannot be kept; null where it can. It does not call itself: it is asked of what may be nested without end. */
function flawOf(given: unknown): string | null {
  let level = [given];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return `at most ${maxDepth} levels deep`;
    if (level.some((value) => typeof value === 'string' && !isStorable(value))) return 'no NUL and no half of a surrogate pair';
    const nested = level.filter((value) => typeof value === 'object' && value !== null);
    if (nested.some((value) => !Array.isArray(value) && !Object.keys(value).every(isStorable))) return 'no NUL and no half of a surrogate pair';
    level = nested.flatMap((value) => Object.values(value) as unknown[]);
  }
  return null;
}

/** JSON that is kept as such. It is looked at before `schema` is, which calls itself. */
export const storableJson = <T extends z.ZodType>(schema: T) =>
  z.preprocess((given, context) => {
    const message = flawOf(given);
    if (message === null) return given;
    context.issues.push({ code: 'custom', message, input: given });
    return z.NEVER;
  }, schema);
