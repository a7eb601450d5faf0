import type { Exchange } from '../proxy/exchange.ts';

/** The tool that is called, by whichever door. */
export function calledTool({ route, message }: Pick<Exchange, 'route' | 'message'>): string | undefined {
  if (route?.kind !== 'mcp') return undefined;
  if (route.tools !== undefined) return route.tools.kind === 'call' ? route.tools.tool : undefined;
  const name = message?.kind === 'request' && message.method === 'tools/call' ? message.params['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
