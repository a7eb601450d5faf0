import { toRawAnswer, type RawAnswer } from '../clients/raw-mcp.ts';

const post = async (url: string, token: string, body: unknown, session?: string): Promise<RawAnswer> =>
  toRawAnswer(
    await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${token}`,
        ...(session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
      },
      body: JSON.stringify(body),
    }),
  );

/** Begins a session of 2025-11-25. @returns the id that the client holds */
export async function initializeSession(url: string, token: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw-legacy', version: '1' } };
  const answer = await post(url, token, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
  expect(answer.status).toBe(200);
  const session = answer.headers.get('mcp-session-id') ?? '';
  expect(session).toMatch(/^[\x21-\x7e]+$/);
  expect((await post(url, token, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)).status).toBe(202);
  return session;
}

/** Lists the tools within a session. */
export const listInSession = (url: string, token: string, session: string): Promise<RawAnswer> =>
  post(url, token, { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} }, session);
