import type { ConnectionValueAnswer } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { isObject, type Message } from '../message/message.ts';
import { metaKeys } from '../message/era.ts';
import { RpcRefusal, rpcCodes } from '../message/rpc-refusal.ts';

/** `url`: of the page where the caller makes it */
export type Missing = Omit<Extract<ConnectionValueAnswer, { kind: 'missing' }>, 'ticket'> & { url: string | null };

/** Name of our question among those that an upstream may ask. */
export const connectionInput = 'latchkey-connection';

/** Methods that may be answered with a question (MCP 2026-07-28, "Multi round-trip requests"). */
const askable = new Set(['tools/call', 'prompts/get', 'resources/read']);

const wordsOf = ({ name, url }: Missing): string =>
  url === null ? `The server needs the connection “${name}”, which has not been made.` : `The server needs your own connection “${name}” first. Make it at ${url}`;

/**
 * Tells a caller how to make the connection that a server needs: a result that asks for it, where the client says that it can open a URL; the
 * error that legacy clients know for it; and the URL in the words of every error.
 * @returns the result, or throws
 */
export function missingConnection(missing: Missing, message: Message | undefined): { id: string | number; result: object } {
  const { url, id, name } = missing;
  const text = wordsOf(missing);
  if (url === null || id === null || message?.kind !== 'request') throw new Problem('connection_required', { detail: text });
  const elicitation = { mode: 'url', elicitationId: id, url, message: `Connect “${name}” to go on.` };
  if (message.era === 'legacy') throw new RpcRefusal(200, rpcCodes.urlElicitationRequired, text, { code: 'connection_required', elicitations: [elicitation] });
  if (!askable.has(message.method) || !opensUrls(message)) throw new Problem('connection_required', { detail: text });
  return { id: message.id, result: { resultType: 'input_required', inputRequests: { [connectionInput]: { method: 'elicitation/create', params: elicitation } } } };
}

function opensUrls({ meta }: Extract<Message, { kind: 'request' }>): boolean {
  const capabilities = meta?.[metaKeys.clientCapabilities];
  return isObject(capabilities) && isObject(capabilities['elicitation']) && isObject(capabilities['elicitation']['url']);
}
