import type { Message } from '../message/message.ts';
import { isObject } from '../message/message.ts';
import { parseExact } from '../rewrite/exact-json.ts';
import { connectionInput } from './missing-connection.ts';

/** The body without the answer to our own question, which the upstream never asked. */
export function withoutOurAnswer(message: Message, body: Buffer): Buffer {
  if (message.kind !== 'request' || message.era === 'legacy') return body;
  const { inputResponses } = message.params;
  if (!isObject(inputResponses) || !Object.hasOwn(inputResponses, connectionInput)) return body;
  const whole = parseExact(body.toString('utf8')) as { params: { inputResponses?: Record<string, unknown> } };
  const { [connectionInput]: _ours, ...others } = whole.params.inputResponses ?? {};
  if (Object.keys(others).length === 0) delete whole.params.inputResponses;
  else whole.params.inputResponses = others;
  return Buffer.from(JSON.stringify(whole));
}
