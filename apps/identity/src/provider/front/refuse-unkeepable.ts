import { answerOAuthError, isForm, type EngineExchange, type FrontStep } from './exchange.ts';

/** In JSON that was written here: pairs of surrogates stand for themselves in it. A backslash before an escape that is itself escaped makes it six harmless letters. */
const unkeepable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** Within a form, or the query, which looks the same. Half of a character cannot be written there. */
const inForm = (text: string): boolean => text.includes('%00') || text.includes('\0');

/** What is no JSON is refused by whoever reads it. */
function inJson(text: string): boolean {
  if (!text.includes('\\u')) return false;
  try {
    return unkeepable.test(JSON.stringify(JSON.parse(text)));
  } catch {
    return false;
  }
}

function holdsUnkeepable(exchange: EngineExchange): boolean {
  const { request, path, body } = exchange;
  if (inForm(request.url?.slice(path.length) ?? '')) return true;
  if (body.length === 0) return false;
  return isForm(exchange) ? inForm(body.toString('latin1')) : inJson(body.toString());
}

/**
 * No text of Postgres holds a NUL or half of a surrogate pair, and OAuth allows no parameter either (RFC 6749 appendix A): refused before anybody looks for it
 * there, or keeps it.
 */
export const refuseUnkeepable: FrontStep = function refuseUnkeepable(exchange): boolean {
  return holdsUnkeepable(exchange) && answerOAuthError(exchange.response, 400, 'invalid_request', 'A parameter holds a character that none may hold.');
};
