import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface SendOptions {
  method?: string;
  /** An array sends the header once per value. */
  headers?: Record<string, string | string[]>;
  body?: string | Buffer | object;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into arbitrary answers
  json: any;
}

/** One request with exactly these headers, over a connection of its own. */
export function open(url: string, { method = 'POST', headers = {}, body }: SendOptions): Promise<{ response: IncomingMessage; abort(): void }> {
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    // The path as given: a URL would resolve its dots before they are sent.
    const { hostname, port, origin } = new URL(url);
    const outgoing = httpRequest({ hostname, port, path: url.slice(origin.length), method, headers: { ...headers, ...(bytes === undefined ? {} : { 'content-length': String(Buffer.byteLength(bytes)) }) }, agent: false });
    outgoing.on('response', (response) => {
      response.on('error', () => undefined);
      resolve({ response, abort: () => outgoing.destroy() });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

export async function send(url: string, options: SendOptions = {}): Promise<Answer> {
  const { response } = await open(url, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const parses = /json/.test(response.headers['content-type'] ?? '') && text !== '';
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: parses ? JSON.parse(text) : undefined };
}

/** Reads an answer piece by piece, as it arrives. */
export function pieces(response: IncomingMessage): { next(): Promise<string | null>; all(): string } {
  const waiting: string[] = [];
  let wake: () => void = () => undefined;
  let over = false;
  let whole = '';
  response.on('data', (chunk: Buffer) => { waiting.push(chunk.toString()); whole += chunk.toString(); wake(); });
  response.on('close', () => { over = true; wake(); });
  return {
    all: () => whole,
    async next() {
      while (waiting.length === 0 && !over) await new Promise<void>((resolve) => { wake = resolve; });
      return waiting.shift() ?? null;
    },
  };
}
