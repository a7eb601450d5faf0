import { Problem } from '@latchkey/problem';
import type { Upstreams } from '../../upstreams/upstreams.ts';
import type { ManageRoute, McpRoute } from '../exchange.ts';
import type { Stage } from '../stage.ts';

export function selectUpstream(upstreams: Upstreams): Stage {
  const find = (route: McpRoute | ManageRoute) => (route.kind === 'mcp' ? upstreams.server(route.server) : upstreams.service(route.operation.service));
  return {
    name: 'selectUpstream',
    statuses: [400, 503],
    run(exchange) {
      const upstream = find(exchange.needForwarded());
      if (upstream === null) throw new Problem('upstream_unavailable', { status: 503, headers: { 'retry-after': '5' } });
      upstream.versions.require(exchange.message);
      exchange.upstream = upstream;
    },
  };
}
