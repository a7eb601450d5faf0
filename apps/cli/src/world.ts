/** What a command meets outside of itself: everything that a test puts something else in the place of. */
export interface World {
  env: Readonly<Record<string, string | undefined>>;
  /** To standard output: what was asked for, and nothing else */
  out(text: string): void;
  /** To standard error: what is said on the way */
  err(text: string): void;
  /** All of standard input; null where a person sits at it */
  input(): Promise<string | null>;
  /** Whether standard output, or standard error, may be coloured */
  colours: { out: boolean; err: boolean };
  /** Milliseconds since 1970 */
  now(): number;
  pause(ms: number): Promise<void>;
  fetch: typeof globalThis.fetch;
  /** When the certificate of an https URL ends, in milliseconds since 1970 */
  certificateEnd(url: URL): Promise<number>;
}
