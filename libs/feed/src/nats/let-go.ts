import type { Subscription } from '@nats-io/transport-node';

/** A server that does not answer now has nothing more to deliver. */
const withinMs = 1000;

/** Ends a subscription once everything was handled that the server had sent already: of a group, others get what comes after it. */
export async function letGo(subscription: Subscription): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
  await Promise.race([subscription.drain().catch(() => undefined), late]);
  clearTimeout(timer);
  if (!subscription.isClosed()) subscription.unsubscribe();
}
