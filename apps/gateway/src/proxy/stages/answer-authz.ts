import { identityHeader, requestHeaders } from '@latchkey/contracts';
import type { ServerResponse } from 'node:http';
import { assertionContent } from '../../assertion/assertion-content.ts';
import type { AssertionSigner } from '../../assertion/assertion-signer.ts';
import { isAuthz, type Exchange, type Route } from '../exchange.ts';
import type { Stage, StageOutcome } from '../stage.ts';

const visible = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** What cannot stand in a header as it is, is left out: half a name is somebody else's. */
function tell(response: ServerResponse, name: string, value: string | null): void {
  if (value !== null && visible.test(value)) response.setHeader(name, value);
}

/** Whoever came as far as this may pass: a proxy is told who it is. Nothing is told of a credential but its id. */
export function answerAuthz(assertions: AssertionSigner): Stage {
  /** For the one server that was asked about, so that it need not believe the proxy. */
  const assertionFor = (exchange: Exchange): Promise<string> | null => {
    const { route, subject } = exchange;
    if (route?.kind !== 'mcp' || subject === undefined) return null;
    return assertions.sign(assertionContent(route, exchange.needPrincipal(), subject, route.server.url, { keyMaxLifetimeSeconds: null }));
  };

  const answer = async (exchange: Exchange, route: Route): Promise<StageOutcome> => {
    const { response } = exchange;
    const { subject, org, clientId, kind, id, scopes } = exchange.needPrincipal();
    const assertion = await assertionFor(exchange);
    exchange.tellAll();
    tell(response, requestHeaders.user, subject);
    tell(response, requestHeaders.tenant, org);
    tell(response, requestHeaders.project, route.kind === 'mcp' ? route.server.project : null);
    tell(response, 'latchkey-client', clientId);
    tell(response, 'latchkey-credential', `${kind}:${id}`);
    tell(response, 'latchkey-scope', scopes.join(' '));
    tell(response, identityHeader, assertion);
    response.writeHead(200, { 'cache-control': 'no-store', 'content-length': 0 }).end();
    return 'answered';
  };

  return {
    name: 'answerAuthz',
    statuses: [200],
    // Hot path: whom it does not concern waits for nothing.
    run(exchange) {
      const route = exchange.needRoute();
      return isAuthz(route) ? answer(exchange, route) : undefined;
    },
  };
}
