import { execFileSync } from 'node:child_process';
import { ServerMissingError } from '@latchkey/testing';
import { haproxy } from './haproxy.ts';
import { mcpProxy } from './mcp-proxy.ts';
import { nginx } from './nginx.ts';
import type { Peer, StartPeer } from './peer.ts';

const known: Readonly<Record<string, StartPeer>> = { nginx, HAProxy: haproxy, 'mcp-proxy': mcpProxy };

export interface Peers {
  started: Peer[];
  /** Names of those that are not on this machine */
  missing: string[];
}

/** Those that are installed, each kept to one core. */
export async function startPeers(upstreamUrl: string, core: number): Promise<Peers> {
  const peers: Peers = { started: [], missing: [] };
  for (const [name, start] of Object.entries(known)) {
    try {
      const peer = await start(upstreamUrl);
      peers.started.push(peer);
      execFileSync('taskset', ['-acp', String(core), String(peer.pid)], { stdio: 'ignore' });
    } catch (error) {
      if (!(error instanceof ServerMissingError)) {
        await Promise.all(peers.started.map((peer) => peer.stop()));
        throw error;
      }
      peers.missing.push(name);
    }
  }
  return peers;
}
