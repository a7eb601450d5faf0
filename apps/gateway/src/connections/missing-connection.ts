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

function wordsOf({ name, url, why }: Missing): string {
  if (why === undefined) return url === null ? `The server needs the connection “${name}”, which has not been made.` : `The server needs your own connection “${name}” first. Make it at ${url}`;
  const what = why.lack === 'scopes' ? `The server wants more of the connection “${name}” than was agreed to: ${why.scopes.join(' ')}.` : `The server does not take the connection “${name}” any more.`;
  return `${what} ${url === null ? 'An administrator of the project can connect it anew.' : `Connect anew at ${url}`}`;
}

/** For the client that opens the page: what there is to agree to stands on it. */
const askingOf = ({ name, why }: Missing): string => (why?.lack === 'scopes' ? `Allow “${name}” more to go on: ${why.scopes.join(' ')}` : `Connect “${name}” to go on.`);

/**
 * Tells a caller how to make the connection that a server needs: a result that asks for it, where the client says that it can open a URL; the
 * error that legacy clients know for it; and the URL in the words of every error.
 * @returns the result, or throws
 */
export function missingConnection(missing: Missing, message: Message | undefined): { id: string | number; result: object } {
  const { url, id } = missing;
  const text = wordsOf(missing);
  if (url === null || id === null || message?.kind !== 'request') throw new Problem('connection_required', { detail: text });
  const elicitation = { mode: 'url', elicitationId: id, url, message: askingOf(missing) };
  if (message.era === 'legacy') throw new RpcRefusal(200, rpcCodes.urlElicitationRequired, text, { code: 'connection_required', elicitations: [elicitation] });
  if (!askable.has(message.method) || !opensUrls(message)) throw new Problem('connection_required', { detail: text });
  return { id: message.id, result: { resultType: 'input_required', inputRequests: { [connectionInput]: { method: 'elicitation/create', params: elicitation } } } };
}

function opensUrls({ meta }: Extract<Message, { kind: 'request' }>): boolean {
  const capabilities = meta?.[metaKeys.clientCapabilities];
  return isObject(capabilities) && isObject(capabilities['elicitation']) && isObject(capabilities['elicitation']['url']);
}
