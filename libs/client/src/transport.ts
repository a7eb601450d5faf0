import type { Operation } from '@latchkey/contracts/openapi';

/** One call as it leaves. */
export interface Outgoing {
  name: string;
  operation: Operation;
  /** Path parameters, query and body in one, as the caller gave them */
  input: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface Incoming {
  status: number;
  /** Of a header, by its name in lower case */
  header(name: string): string | null;
  text: string;
}

/** How calls travel. */
export interface Transport {
  /** @throws LatchkeyError `unreachable` or `timeout` where nobody answered */
  send(call: Outgoing): Promise<Incoming>;
}
