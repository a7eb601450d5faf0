/** A modern request by hand, for what no well-behaved client would send. */
export interface RawRequest {
  url: string;
  token?: string;
  method?: string;
  params?: Record<string, unknown>;
  headers?: Record<string, string>;
}

export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export async function toRawAnswer(response: Response): Promise<RawAnswer> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, headers: response.headers, body: json ? (JSON.parse(text) as Record<string, unknown>) : { text } };
}

/** Headers and body of one well-formed modern request. */
export function mcpRequest({ token, method = 'tools/call', params = { name: 'whoami', arguments: {} }, headers = {} }: Omit<RawRequest, 'url'> = {}) {
  const name = method === 'resources/read' ? params['uri'] : params['name'];
  return {
    headers: {
      'content-type': 'application/json', accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28', 'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: modernMeta } }),
  };
}

/** Sends it. */
export async function rawMcp({ url, ...request }: RawRequest): Promise<RawAnswer> {
  return toRawAnswer(await fetch(url, { method: 'POST', ...mcpRequest(request) }));
}

/** The parameters of a Bearer challenge. */
export function readChallenge(headers: Headers): Record<string, string> | null {
  const header = headers.get('www-authenticate');
  if (header === null || !header.startsWith('Bearer ')) return null;
  return Object.fromEntries([...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
}
