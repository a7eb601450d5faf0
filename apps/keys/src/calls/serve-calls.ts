import { natsErrorHeaders, operationOfSubject, operations } from '@latchkey/contracts/openapi';
import type { Call, CallAnswer, NatsCalls, ServingCalls } from '@latchkey/feed';
import { Problem, toProblemDocument } from '@latchkey/problem';
import { requestIdOf, withFacts } from '@latchkey/service';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { LOGGER } from '../tokens.ts';
import { CallerOfKey } from './caller-of-key.ts';
import { PatCalls, type Input } from './pat-calls.ts';

export const NATS_CALLS = Symbol('NATS_CALLS');

const maxInputBytes = 64 * 1024;

/** The API of keys for services, over NATS request/reply. */
@Injectable()
export class ServeCalls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private serving: ServingCalls | undefined;

  constructor(
    private readonly callerOfKey: CallerOfKey,
    private readonly patCalls: PatCalls,
    @Inject(NATS_CALLS) private readonly calls: NatsCalls,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const busy = new Problem('state_stale', { detail: 'Too many calls at once.', headers: { 'retry-after': '1' } });
    this.serving = this.calls.serve('latchkey.v1.pats.*', 'keys', (call) => this.answer(call), (call) => Promise.resolve(refused(busy, requestIdOf(call.headers))));
  }

  /** While Postgres is still connected: what was asked is answered. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.serving?.stop();
  }

  private answer(call: Call): Promise<CallAnswer> {
    const requestId = requestIdOf(call.headers);
    return withFacts({ requestId, address: null, userAgent: null, arrivedAtMs: performance.now() }, async () => {
      try {
        const payload = JSON.stringify(await this.run(call));
        if (Buffer.byteLength(payload) > this.calls.maxPayloadBytes - 4096) throw new Problem('invalid_request', { detail: 'The answer is longer than a message may be; ask for fewer with limit.' });
        return { headers: { 'X-Request-Id': requestId }, payload };
      } catch (error) {
        if (!(error instanceof Problem)) this.logger.error({ err: error, subject: call.subject, requestId }, 'a call failed');
        return refused(error, requestId);
      }
    });
  }

  /** In the order of the gateway: the credential and what it may, and only then what was sent. */
  private async run({ subject, headers, payload }: Call): Promise<object> {
    const name = operationOfSubject(subject);
    if (name === null) throw new Problem('not_found', { detail: 'There is nothing at this subject.' });
    const caller = await this.callerOfKey.admit(headers['authorization'], operations[name].scope);
    return this.patCalls.run(name, caller, inputOf(payload), headers['idempotency-key']);
  }
}

/** @throws Problem `body_too_large` or `invalid_request`; nothing at all is an empty object */
function inputOf(payload: string): Input {
  if (Buffer.byteLength(payload) > maxInputBytes) throw new Problem('body_too_large');
  try {
    const value: unknown = payload === '' ? {} : JSON.parse(payload);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  } catch {
    // Said below.
  }
  throw new Problem('invalid_request', { detail: 'A call carries one JSON object.' });
}

function refused(error: unknown, requestId: string): CallAnswer {
  const document = toProblemDocument(error, requestId);
  const headers = error instanceof Problem ? error.headers : {};
  return {
    headers: {
      'X-Request-Id': requestId,
      [natsErrorHeaders.status]: String(document.status),
      [natsErrorHeaders.code]: document.code ?? 'internal',
      ...(headers['retry-after'] === undefined ? {} : { 'Retry-After': headers['retry-after'] }),
    },
    payload: JSON.stringify(document),
  };
}
