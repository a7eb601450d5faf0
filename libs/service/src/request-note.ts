/**
 * What is kept of a request until it ends, on an object of the request itself. A WeakMap says the same, but V8 holds what is in a table that has
 * grown old until it collects the whole heap, however early nobody needs the key any more, and such a collection holds every request up.
 */
export class RequestNote<Bearer extends object, Value> {
  private readonly key = Symbol('note');

  get(bearer: Bearer): Value | undefined {
    return (bearer as Partial<Record<symbol, Value>>)[this.key];
  }

  set(bearer: Bearer, value: Value): void {
    (bearer as Partial<Record<symbol, Value>>)[this.key] = value;
  }
}
