const rounds = 1000;

/** A place where V8 learns what it is asked for: it decides by that what to make of a prototype. */
const methodOf = (text: object): unknown => (text as { charCodeAt?: unknown }).charCodeAt;

/**
 * Keeps the methods of texts fast in the whole process. ioredis has a class that extends `String`, and V8 takes whatever becomes the prototype of
 * something else for one that is still being made: it keeps its properties in a dictionary from then on, and each `charCodeAt`, `slice` or
 * `startsWith` of any text, of whoever, is looked up there (a key was read in 1.4 us instead of 0.56). What is asked for a method through an object
 * that has it from there counts as made, for good.
 * @see https://github.com/inikulin/parse5/issues/1348
 */
export function keepStringsFast(): void {
  const text = Object.create(String.prototype) as object;
  for (let round = 0; round < rounds; round += 1) methodOf(text);
}
