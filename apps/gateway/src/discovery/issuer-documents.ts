import { isObject } from '../message/message.ts';
import { Problem } from '@latchkey/problem';
import { request } from 'undici';
import { z } from 'zod';

const maxBytes = 256 * 1024;
const timeoutMs = 3_000;
const freshMs = 300_000;

type JsonObject = Record<string, unknown>;
const jwksSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

async function fetchJson(url: string): Promise<JsonObject> {
  const { statusCode, headers, body } = await request(url, {
    headers: { accept: 'application/json' }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, signal: AbortSignal.timeout(timeoutMs * 2),
  });
  if (statusCode !== 200 || Number(headers['content-length'] ?? 0) > maxBytes) {
    await body.dump();
    throw new Error(`the issuer answered ${statusCode}`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error('the document of the issuer is too large');
    chunks.push(chunk);
  }
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (!isObject(value)) throw new Error('the document of the issuer is no object');
  return value;
}

interface Cached { document: JsonObject; fetchedAtMs: number }

/** Documents of the identity service, for those who look for them here (GW: mirrors for clients that skip protected-resource metadata). */
export class IssuerDocuments {
  /** Five minutes stale at most while the issuer answers, and as old as need be while it does not: they change with a release. */
  private readonly cached = new Map<string, Cached>();
  private readonly asking = new Map<string, Promise<JsonObject>>();

  constructor(private readonly options: { issuer: string; internalUrl: string }) {}

  /**
   * @param name  `oauth-authorization-server` or `openid-configuration`
   * @throws Problem `upstream_unavailable` (503) when the issuer cannot be asked and never was
   */
  async metadata(name: string): Promise<JsonObject> {
    const known = this.cached.get(name);
    if (known !== undefined && performance.now() - known.fetchedAtMs < freshMs) return known.document;
    try {
      return await this.ask(name);
    } catch (error) {
      if (known !== undefined) return known.document;
      throw new Problem('upstream_unavailable', { status: 503, cause: error, headers: { 'retry-after': '2' } });
    }
  }

  /** The issuer's public keys, fetched on every call and not from what is kept. */
  async jwks(): Promise<JsonObject[]> {
    return jwksSchema.parse(await fetchJson(`${this.options.internalUrl}/.well-known/jwks.json`)).keys;
  }

  private ask(name: string): Promise<JsonObject> {
    const asking = this.asking.get(name);
    if (asking !== undefined) return asking;
    const asked = this.fetchMetadata(name).finally(() => this.asking.delete(name));
    this.asking.set(name, asked);
    return asked;
  }

  private async fetchMetadata(name: string): Promise<JsonObject> {
    const document = await fetchJson(`${this.options.internalUrl}/.well-known/${name}`);
    // RFC 8414 section 3.3: metadata of another issuer is not to be used, and so not to be handed on.
    if (document['issuer'] !== this.options.issuer) throw new Error('the document names another issuer');
    this.cached.set(name, { document, fetchedAtMs: performance.now() });
    return document;
  }
}
