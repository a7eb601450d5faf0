import { modernMeta } from '../clients/raw-mcp.ts';
import { send, type Answer } from './http.ts';
import type { Outcome } from './observer.ts';

export type Method = 'tools/list' | 'tools/call';

/** A refusal is a problem document until the message was judged, and an error of JSON-RPC from then on. */
function codeOf({ body }: Answer): string {
  const { data } = (body['error'] ?? {}) as { data?: { code?: unknown } };
  return String(body['code'] ?? data?.code ?? '');
}

/** What an answer says of the credential. Whatever is said after the credential was looked at is an acceptance of it. */
function outcomeOf({ status }: Answer, code: string): Outcome {
  if (status === 200) return 'accepted';
  // The gateway has passed it on, and an overloaded machine did not let the server behind it answer in time.
  if (status >= 502 && code.startsWith('upstream_')) return 'accepted';
  if (status === 401) return 'refused';
  if (status === 503 && code === 'state_stale') return 'stale';
  return 'odd';
}

/** Asks one gateway to serve one credential. */
export async function ask(gateway: string, slug: string, token: string, method: Method): Promise<{ outcome: Outcome; answer: string }> {
  const name = method === 'tools/call' ? 'whoami' : undefined;
  const params = { ...(name === undefined ? {} : { name, arguments: {} }), _meta: modernMeta };
  try {
    const answer = await send(`${gateway}/mcp/${slug}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${token}`,
        'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name === undefined ? {} : { 'mcp-name': name }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const code = codeOf(answer);
    return { outcome: outcomeOf(answer, code), answer: `${answer.status} ${code}`.trim() };
  } catch (error) {
    return { outcome: 'unreachable', answer: error instanceof Error ? error.message : String(error) };
  }
}
