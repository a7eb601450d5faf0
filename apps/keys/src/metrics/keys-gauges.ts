import type { QueryGauge } from '@latchkey/service';

export const keysGauges: readonly QueryGauge[] = [
  { name: 'keys_webhook_deliveries_due', help: 'Deliveries of webhooks that are due and not made yet.', text: "SELECT count(*) AS value FROM webhook_deliveries WHERE status = 'pending' AND due_at <= clock_timestamp()" },
  {
    name: 'keys_webhook_oldest_due_seconds', help: 'How long the oldest of them has been due.',
    text: "SELECT extract(epoch FROM clock_timestamp() - min(due_at)) AS value FROM webhook_deliveries WHERE status = 'pending' AND due_at <= clock_timestamp()",
  },
  { name: 'keys_webhook_endpoints_disabled', help: 'Endpoints that get nothing until somebody enables them.', text: 'SELECT count(*) AS value FROM webhook_endpoints WHERE disabled_at IS NOT NULL' },
];
