import { requestHeaders } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { EndUserTokens } from '../../end-users/end-user-tokens.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';

/** Reads for whom a call is made, where the caller says so: it tells limits, sessions, audit and connections of its end users apart, and allows nothing. */
export function readEndUser(tokens: EndUserTokens): Stage {
  const read = async (exchange: Exchange, token: string): Promise<void> => {
    exchange.endUser = await tokens.read(token, exchange.needPrincipal().org);
  };

  return {
    name: 'readEndUser',
    statuses: [400, 503],
    run(exchange) {
      const token = exchange.request.headers[requestHeaders.userToken];
      // Where nobody is asked to log in there is no organization whose issuer it could be.
      if (token === undefined || exchange.principal === undefined) return;
      if (typeof token !== 'string' || token === '') throw new Problem('invalid_request', { detail: 'X-User-Token must be one token.' });
      return read(exchange, token);
    },
  };
}
