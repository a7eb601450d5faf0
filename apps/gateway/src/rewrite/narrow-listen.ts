import { mayUse, type Subject } from '@latchkey/access';
import { isObject, type Message } from '../message/message.ts';
import type { McpRoute } from '../proxy/exchange.ts';
import { parseExact } from './exact-json.ts';

/**
 * The body as it goes upstream: as it was judged, but for a subscription to resources that the caller may not see. They are left out, so
 * that the acknowledgement of the upstream names the rest (GW-53).
 */
export function narrowListen(route: McpRoute, subject: Subject, message: Message): Buffer {
  if (message.kind !== 'request' || message.method !== 'subscriptions/listen') return message.body;
  const { notifications } = message.params;
  if (!isObject(notifications) || !Array.isArray(notifications['resourceSubscriptions'])) return message.body;
  const asked: unknown[] = notifications['resourceSubscriptions'];
  const allowed = asked.filter((uri) => typeof uri === 'string' && mayUse(subject, route.server, { kind: 'resource', name: uri }));
  if (allowed.length === asked.length) return message.body;
  const narrowed = parseExact(message.body.toString('utf8')) as { params: { notifications: Record<string, unknown> } };
  narrowed.params.notifications['resourceSubscriptions'] = allowed;
  return Buffer.from(JSON.stringify(narrowed));
}
