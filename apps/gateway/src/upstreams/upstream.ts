import type { ServerRecord } from '@latchkey/contracts';
import { Pool } from 'undici';
import type { buildConnector } from 'undici';
import { KnownVersions } from './known-versions.ts';
import type { UpstreamHealth } from './upstream-health.ts';

/** One place that requests are forwarded to. */
export interface Upstream {
  /** For logs */
  name: string;
  pool: Pool;
  /** Path and query of an MCP endpoint as registered; management requests bring their own. */
  path: string;
  /** `aud` of the assertion that it, and no other, accepts (GW-82). */
  audience: string;
  /** Requests and streams that are open now. */
  open: number;
  /** Of them, event streams that have begun: they are answered, however long they last. */
  streams: number;
  /** Of a registered server, as they are now */
  settings: ServerRecord['settings'];
  health: UpstreamHealth;
  versions: KnownVersions;
  /** Set once the server is gone, or lives elsewhere: what is open has a while to end. */
  retired: boolean;
}

export function createUpstream(options: { name: string; url: string; audience: string; connect: buildConnector.connector; health: UpstreamHealth; settings?: ServerRecord['settings'] }): Upstream {
  const url = new URL(options.url);
  const pool = new Pool(url.origin, {
    connect: options.connect,
    allowH2: false,
    pipelining: 1,
    // Deadlines are ours: they differ between an answer and a stream.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32 * 1024,
  });
  return { name: options.name, pool, path: url.pathname + url.search, audience: options.audience, open: 0, streams: 0, settings: options.settings, health: options.health, versions: new KnownVersions(), retired: false };
}
