import { agentClientId, tokenExchangeGrant } from '../../exchange/agent-client.ts';
import { routes } from '../routes.ts';
import { isForm, type FrontStep } from './exchange.ts';

/** An exchange by nobody in particular is one of the client that everybody may use: what counts there is the token that is presented. */
export const nameAgentClient: FrontStep = (exchange) => {
  const { request, path } = exchange;
  if (path !== routes.token || request.method !== 'POST' || !isForm(exchange) || request.headers.authorization !== undefined) return false;
  const form = new URLSearchParams(exchange.body.toString());
  if (form.get('grant_type') !== tokenExchangeGrant || form.has('client_id') || form.has('client_assertion')) return false;
  form.set('client_id', agentClientId);
  exchange.body = Buffer.from(form.toString());
  return false;
};
