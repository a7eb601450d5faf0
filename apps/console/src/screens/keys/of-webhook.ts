import type { Pat, WebhookSubscription } from '@latchkey/contracts';
import { useAsk, type Page } from '../../api/use-api.ts';

/** How the key service names what it makes for a sender; a person may name a key like that, too. */
const begins = 'webhook: ';

/** Whether a webhook calls its tool by this key: by its name, as long as it is not known better. */
export function useIsOfWebhook({ id, name }: Pick<Pat, 'id' | 'name'>): boolean {
  const named = name.startsWith(begins);
  const senders = useAsk<Page<WebhookSubscription>>('/v1/webhooks/subscriptions', { query: { limit: 100 }, enabled: named });
  return named && (senders.data === undefined || senders.data.nextCursor !== null || senders.data.items.some(({ key }) => key === id));
}
