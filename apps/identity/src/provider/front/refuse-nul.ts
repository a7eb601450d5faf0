import { answerOAuthError, isForm, type EngineExchange, type FrontStep } from './exchange.ts';

/** In a JSON text; a backslash before it that is itself escaped makes it six harmless letters. */
const escapedNul = /(?<!\\)(?:\\\\)*\\u0000/;

/** Within a form, or the query, which looks the same. */
const inForm = (text: string): boolean => text.includes('%00') || text.includes('\0');

function hasNul(exchange: EngineExchange): boolean {
  const { request, path, body } = exchange;
  if (inForm(request.url?.slice(path.length) ?? '')) return true;
  if (body.length === 0) return false;
  const text = body.toString('latin1');
  return isForm(exchange) ? inForm(text) : escapedNul.test(text);
}

/** OAuth allows no parameter a NUL (RFC 6749 appendix A), and no text of Postgres can hold one: refused before anybody looks for it there, or keeps it. */
export const refuseNul: FrontStep = function refuseNul(exchange): boolean {
  return hasNul(exchange) && answerOAuthError(exchange.response, 400, 'invalid_request', 'A parameter holds a character that none may hold.');
};
