import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request on its way to the engine: what the steps in front of it read and rewrite. */
export interface EngineExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty where there is none. */
  body: Buffer;
}

/** One step; `true` means that it has answered. */
export type FrontStep = (exchange: EngineExchange) => Promise<boolean> | boolean;

/** Answers in the form of RFC 6749 section 5.2, which RFC 7591 and the others share. */
export function answerOAuthError(response: ServerResponse, status: number, error: string, description: string, headers: Record<string, string> = {}): true {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers });
  response.end(JSON.stringify({ error, error_description: description }));
  return true;
}

export const isForm = ({ request }: EngineExchange): boolean => request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
