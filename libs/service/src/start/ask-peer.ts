import { skewProblem } from '@latchkey/clock';
import { request } from 'undici';

export interface Peer {
  /** For messages: `identity` */
  name: string;
  url: string;
}

export interface PeerAnswer {
  document: Record<string, unknown>;
  /** What is wrong between its clock and ours */
  skew: string | null;
}

const answerMs = 2000;
const mostBytes = 64 * 1024;

/**
 * Reads a public document of another service.
 * @returns null where it is not up yet, or answers something else: that is no reason not to start
 */
export async function askPeer({ name, url }: Peer, nowMs: () => number = Date.now): Promise<PeerAnswer | null> {
  try {
    const askedAtMs = nowMs();
    const { statusCode, headers, body } = await request(url, { signal: AbortSignal.timeout(answerMs), headers: { accept: 'application/json' }, reset: true });
    const heardAtMs = nowMs();
    let text = '';
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length > mostBytes) return null;
    }
    const document: unknown = JSON.parse(text);
    if (statusCode !== 200 || typeof document !== 'object' || document === null) return null;
    const theirsMs = Date.parse(String(headers['date']));
    // HTTP tells whole seconds, cut off.
    const skew = Number.isNaN(theirsMs) ? null : skewProblem(name, { theirsMs: theirsMs + 500, askedAtMs, heardAtMs });
    return { document: document as Record<string, unknown>, skew };
  } catch {
    return null;
  }
}
