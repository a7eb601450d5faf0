import type { Message } from '../message/message.ts';

/**
 * What whoever subscribed is told when the gateway leaves: the result of its request, by which it knows that the subscription is over and was
 * not lost (GW-64). A stream of the older kind just ends, after which clients open it again. It begins with an empty line, for the upstream may
 * have been in the middle of an event.
 */
export function farewellTo(message: Message | undefined): string | undefined {
  if (message?.kind !== 'request' || message.method !== 'subscriptions/listen') return undefined;
  const result = { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': message.id } };
  return `\nevent: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n\n`;
}
