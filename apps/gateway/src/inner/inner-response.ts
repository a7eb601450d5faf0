import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';

/** The answer to a request that we make of ourselves: written like one that goes out, and read like one that came in. */
export class InnerResponse extends PassThrough {
  statusCode = 200;
  headersSent = false;
  private readonly headers = new Map<string, string | string[]>();
  private begin: () => void = () => undefined;
  /** Settles with the status and the headers. */
  readonly begun = new Promise<void>((resolve) => { this.begin = resolve; });

  /** What a stage writes to: as much of a response as stages use. */
  get asResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }

  setHeader(name: string, value: number | string | readonly string[]): this {
    this.headers.set(name.toLowerCase(), Array.isArray(value) ? [...(value as readonly string[])] : String(value));
    return this;
  }

  /** @param headers  by name, or names and values in turn */
  writeHead(status: number, headers: OutgoingHttpHeaders | (string | string[])[] = {}): this {
    this.statusCode = status;
    if (Array.isArray(headers)) for (let at = 0; at < headers.length; at += 2) this.setHeader(String(headers[at]), headers[at + 1] ?? '');
    else for (const [name, value] of Object.entries(headers)) if (value !== undefined) this.setHeader(name, value);
    this.headersSent = true;
    this.begin();
    return this;
  }

  flushHeaders(): void {
    // Nothing is held back.
  }

  headerPairs(): [string, string][] {
    return [...this.headers].flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]));
  }
}
