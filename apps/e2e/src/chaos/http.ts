import { Agent } from 'undici';

/** Enough sockets that a frozen process holds up nobody but those who ask it. */
export const agent = new Agent({ connections: 256, pipelining: 1, keepAliveTimeout: 4000, headersTimeout: 15_000, bodyTimeout: 15_000, connect: { timeout: 5000 } });

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface Question {
  method?: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
}

/** @throws when there is no answer */
export async function send(url: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> {
  const { origin, pathname, search } = new URL(url);
  const response = await agent.request({ origin, path: `${pathname}${search}`, method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.body.text();
  const isJson = String(response.headers['content-type']).includes('json') && text !== '';
  return { status: response.statusCode, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
