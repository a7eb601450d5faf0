import { RpcRefusal, rpcCodes } from '../../message/rpc-refusal.ts';
import type { PlatformServer } from '../../platform/platform-server.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage, StageOutcome } from '../stage.ts';
import { insufficientScope } from './authorize.ts';

/** What this server has; everything else is unknown to it, as it would be to any. */
const served = /^(?:initialize|ping|server\/discover|tools\/(?:list|call)|notifications\/.+)$/;
const passed = ['content-type', 'accept', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];

/** The platform's own MCP server. It keeps no sessions, so any replica answers any request. */
export function servePlatform(platform: PlatformServer): Stage {
  /** More scope is asked for by the status that clients act on; what a role does not carry is unknown (GW-33, GW-52). */
  const admit = (exchange: Exchange): void => {
    const { message } = exchange;
    if (message?.kind !== 'request') return;
    if (!served.test(message.method)) throw new RpcRefusal(message.era === 'modern' ? 404 : 200, rpcCodes.methodNotFound, 'Method not found');
    if (message.method !== 'tools/call') return;
    const name = String(message.params['name']);
    const decision = platform.judge(name, exchange);
    if (decision?.kind === 'scope') throw insufficientScope(exchange, decision.required);
    if (decision?.kind !== 'allow') throw new RpcRefusal(200, rpcCodes.invalidParams, `Unknown tool: ${name}`);
  };

  const answer = async (exchange: Exchange, body: Buffer): Promise<StageOutcome> => {
    const { request } = exchange;
    const headers = new Headers();
    for (const name of passed) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const answered = await platform.answer(exchange, new Request(exchange.needRoute().url, { method: 'POST', headers, body: new Uint8Array(body) }));
    const bytes = Buffer.from(await answered.arrayBuffer());
    exchange.answer(answered.status, { ...(bytes.length === 0 ? {} : { 'content-type': answered.headers.get('content-type') ?? 'application/json' }), 'cache-control': 'no-store' }, bytes);
    return 'answered';
  };

  return {
    name: 'servePlatform',
    statuses: [200, 202, 400, 403, 404],
    run(exchange) {
      const route = exchange.needRoute();
      if (route.kind !== 'own' || route.purpose !== 'platform') return;
      admit(exchange);
      const { message } = exchange;
      return message === undefined ? 'answered' : answer(exchange, message.body);
    },
  };
}
