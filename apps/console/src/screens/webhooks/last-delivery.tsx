import type { HookDelivery, WebhookDelivery } from '@latchkey/contracts';
import { useAsk, type Page } from '../../api/use-api.ts';
import { ago } from '../../parts/moment.tsx';

/** When something last went this way: whether anybody would miss it. */
export function LastDelivery({ path }: { path: string }) {
  const latest = useAsk<Page<HookDelivery | WebhookDelivery>>(`${path}/deliveries`, { query: { limit: 1 } });
  if (latest.data === undefined) return latest.error === null ? 'Looking up when it was last used …' : 'When it was last used cannot be read right now.';
  const [last] = latest.data.items;
  return last === undefined ? 'Nothing ever went this way.' : `Something last went this way ${ago('receivedAt' in last ? last.receivedAt : last.createdAt)}.`;
}
