import { LatchkeyError } from '@latchkey/client';
import { problemDocumentSchema, type ErrorCode } from '@latchkey/contracts';
import { Failure } from './failure.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

const timeoutMs = 10_000;
const maxCharacters = 1024 * 1024;

export interface Answer {
  status: number;
  headers: Headers;
  /** Undefined for what is no JSON */
  body: unknown;
}

/** The page where a person allows a device shows who asks. */
const userAgent = `latchkey-cli/${version} (${process.platform})`;

/** @throws Failure `unreachable` where nobody answers; a redirect is no answer */
export async function ask({ fetch }: Pick<World, 'fetch'>, url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs), ...init, headers: { accept: 'application/json', 'user-agent': userAgent, ...(init.headers as Record<string, string> | undefined) } });
    const text = await bounded(response);
    return { status: response.status, headers: response.headers, body: parsed(text) };
  } catch (cause) {
    throw new Failure('unreachable', `${new URL(url).origin} cannot be reached: ${reasonOf(cause)}`, undefined, { cause });
  }
}

export async function postForm(world: Pick<World, 'fetch'>, url: string, form: Record<string, string>): Promise<Answer> {
  return ask(world, url, { method: 'POST', body: new URLSearchParams(form) });
}

async function bounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > maxCharacters) throw new Error('the answer is too long');
  }
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is behind `fetch failed`: the code of the system, or of TLS. */
export function reasonOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown; message?: unknown } };
  if (typeof cause?.code === 'string') return cause.code;
  if (typeof cause?.message === 'string' && cause.message !== '') return cause.message;
  return error instanceof Error ? error.message : String(error);
}

/** A refusal of Latchkey, with its code, as the client library has it. */
export function refusalOf({ status, headers, body }: Answer): LatchkeyError {
  const { data: problem } = problemDocumentSchema.safeParse(body);
  const requestId = problem?.requestId ?? headers.get('x-request-id') ?? undefined;
  const code = (problem?.code ?? (status >= 500 ? 'internal' : 'unexpected_answer')) as ErrorCode | 'internal';
  return new LatchkeyError(code, problem?.detail ?? problem?.title ?? `It answered ${status}`, status, { ...problem, ...(requestId === undefined ? {} : { requestId }) });
}
