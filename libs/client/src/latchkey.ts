import { problemDocumentSchema, requestHeaders, type ErrorCode } from '@latchkey/contracts';
import { operations, type Operation } from '@latchkey/contracts/openapi';
import type { CallAnswer, CallInput, CallName, CallOptions, ListItem, ListName } from './calls.ts';
import { httpTransport, type HttpOptions } from './http-transport.ts';
import { Keys } from './keys.ts';
import { LatchkeyError } from './latchkey-error.ts';
import { waitMs, type RetryOptions } from './retries.ts';
import type { Incoming, Transport } from './transport.ts';

export type LatchkeyOptions = RetryOptions & (HttpOptions | { transport: Transport });

/** Latchkey, as another service calls it. One for a process: what it was told last keeps its next call from being judged on older state. */
export class Latchkey {
  readonly keys = new Keys(this);
  private readonly transport: Transport;
  private consistency: string | undefined;

  constructor(private readonly options: LatchkeyOptions) {
    this.transport = 'transport' in options ? options.transport : httpTransport(options);
  }

  /**
   * Calls an operation by its name in the OpenAPI document.
   * @param input  path parameters, query and body in one object
   * @throws LatchkeyError
   */
  async call<N extends CallName>(name: N, input: CallInput<N>, { idempotencyKey, signal }: CallOptions = {}): Promise<CallAnswer<N>> {
    const operation: Operation = operations[name];
    const named: Record<string, string> = operation.idempotent === true ? { 'Idempotency-Key': idempotencyKey ?? globalThis.crypto.randomUUID() } : {};
    const deadline = AbortSignal.timeout(this.options.timeoutMs ?? 30_000);
    const until = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    for (let attempt = 0; ; attempt += 1) {
      try {
        const headers = { ...named, ...(this.consistency === undefined ? {} : { 'X-Consistency': this.consistency }) };
        const answer = answerOf(await this.transport.send({ name, operation, input: input as Record<string, unknown>, headers, signal: until }));
        this.remember(answer);
        return answer as CallAnswer<N>;
      } catch (error) {
        const wait = error instanceof LatchkeyError && attempt < (this.options.retries ?? 3) ? waitMs(operation, error, attempt, Math.random()) : null;
        if (wait === null || until.aborted) throw error;
        await pause(wait, until, error);
      }
    }
  }

  /** All items of a list, page after page, as they are asked for. */
  async *items<N extends ListName>(name: N, input: CallInput<N>, options: Pick<CallOptions, 'signal'> = {}): AsyncGenerator<ListItem<N>, void, undefined> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = (await this.call(name, { ...input, ...(cursor === undefined ? {} : { cursor }) }, options)) as { items: ListItem<N>[]; nextCursor: string | null };
      yield* page.items;
      cursor = page.nextCursor;
    }
  }

  private remember(answer: unknown): void {
    const { consistency } = (answer ?? {}) as { consistency?: unknown };
    if (typeof consistency === 'string') this.consistency = consistency;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws LatchkeyError for whatever is no answer */
function answerOf({ status, text, header }: Incoming): unknown {
  const body = parsed(text);
  if (status >= 200 && status < 300 && typeof body === 'object' && body !== null) return body;
  if (status < 400) throw new LatchkeyError('unexpected_answer', `Latchkey answered ${status} with something else than JSON`, status);
  const { data: problem } = problemDocumentSchema.safeParse(body);
  const seconds = Number(header('retry-after') ?? NaN);
  const requestId = problem?.requestId ?? header(requestHeaders.requestId) ?? undefined;
  throw new LatchkeyError(
    (problem?.code ?? 'internal') as ErrorCode | 'internal', problem?.detail ?? problem?.title ?? `Latchkey answered ${status}`, status,
    { ...problem, ...(requestId === undefined ? {} : { requestId }) }, Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
  );
}

/** @throws what the last try failed with, where the time for all of them ends first */
async function pause(ms: number, until: AbortSignal, error: unknown): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(error as Error);
    };
    const timer = setTimeout(() => {
      until.removeEventListener('abort', end);
      resolve();
    }, ms);
    until.addEventListener('abort', end, { once: true });
  });
}
