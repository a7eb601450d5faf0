import { Problem } from '@latchkey/problem';
import type { Upstreams } from '../../upstreams/upstreams.ts';
import type { Route } from '../exchange.ts';
import type { Stage } from '../stage.ts';

/** More open requests than this at one upstream mean that it does not answer any more; further ones would only queue. */
const maxOpen = 1000;

export function selectUpstream(upstreams: Upstreams): Stage {
  const find = (route: Route) => (route.kind === 'mcp' ? upstreams.server(route.server) : upstreams.service(route.operation.service));
  return {
    name: 'selectUpstream',
    statuses: [503],
    run(exchange) {
      const upstream = find(exchange.needRoute());
      if (upstream === null || upstream.open >= maxOpen) {
        throw new Problem('upstream_unavailable', { status: 503, headers: { 'retry-after': '5' } });
      }
      exchange.upstream = upstream;
    },
  };
}
