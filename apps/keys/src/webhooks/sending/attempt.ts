import type { WebhookAttemptError } from '@latchkey/contracts';
import { OutboundRefused, type GuardedPost } from '@latchkey/outbound';
import { Webhook } from 'standardwebhooks';
import type { ClaimedDelivery } from './claim-deliveries.ts';

export interface SigningSecret {
  id: string;
  secret: string;
}

export interface Outcome {
  at: Date;
  durationMs: number;
  statusCode: number | null;
  error: WebhookAttemptError | null;
  retryAfter: string | null;
  /** Ids of those that signed */
  secrets: string[];
}

const timeouts = new Set(['TimeoutError', 'ConnectTimeoutError', 'HeadersTimeoutError', 'BodyTimeoutError']);

function errorOf(thrown: unknown): WebhookAttemptError {
  if (thrown instanceof OutboundRefused) return 'address_refused';
  return timeouts.has(String((thrown as { name?: unknown } | null)?.name)) ? 'timeout' : 'connection_failed';
}

/** WH-01: the id stays the same over all attempts, the time is that of this one; every live secret signs, the newest first (WH-02). */
function headersOf(eventId: string, body: string, at: Date, secrets: readonly SigningSecret[]): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Latchkey-Webhooks',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map(({ secret }) => new Webhook(secret).sign(eventId, at, body)).join(' '),
  };
}

/** Tries once; whatever goes wrong is an outcome. */
export async function attempt(post: GuardedPost, { eventId, url, body }: ClaimedDelivery, secrets: readonly SigningSecret[], at: Date): Promise<Outcome> {
  const startedMs = performance.now();
  const common = () => ({ at, durationMs: Math.round(performance.now() - startedMs), secrets: secrets.map(({ id }) => id) });
  try {
    const { status, retryAfter } = await post.post(url, headersOf(eventId, body, at, secrets), body);
    return { ...common(), statusCode: status, error: null, retryAfter };
  } catch (thrown) {
    return { ...common(), statusCode: null, error: errorOf(thrown), retryAfter: null };
  }
}
