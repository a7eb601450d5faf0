import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import type { Prover } from '../freshness/prover.ts';
import type { OpenStream, OpenStreams } from './open-streams.ts';

export interface ConfirmStreamsOptions {
  streams: OpenStreams;
  prover: Pick<Prover, 'prove'>;
  /** A stream whose credential was not known to live for longer than this is asked about, or closed. */
  boundMs: number;
  logger: Logger;
}

const intervalMs = 1000;
/** Questions of one round under way at once: a thousand streams must not ask in the same moment, nor find the asker full. */
const atOnce = 32;

/** A stream that is open is an acceptance that goes on, and it needs its proof like any other (GW-63). */
export class ConfirmStreams {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;

  constructor(private readonly options: ConfirmStreamsOptions) {}

  start(): void {
    this.timer ??= setInterval(() => {
      this.options.streams.cutOld(performance.now());
      void this.round();
    }, intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.running;
  }

  /** One look at every open stream; a round that is still under way is joined. */
  round(): Promise<void> {
    this.running ??= this.lookAtAll().finally(() => { this.running = null; });
    return this.running;
  }

  private async lookAtAll(): Promise<void> {
    const waiting = [...this.options.streams];
    const worker = async (): Promise<void> => {
      for (let stream = waiting.pop(); stream !== undefined; stream = waiting.pop()) await this.lookAt(stream);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  private async lookAt(stream: OpenStream): Promise<void> {
    const { prover, boundMs, streams, logger } = this.options;
    try {
      const proven = prover.prove(stream.principal, stream.confirmed, boundMs);
      const { principal, confirmed } = proven instanceof Promise ? await proven : proven;
      Object.assign(stream, { principal, confirmed });
      if (!streams.has(stream) || stream.mayGoOn()) return;
    } catch (error) {
      if (!(error instanceof Problem)) logger.error({ err: error }, 'an open stream could not be looked at');
    }
    if (streams.has(stream)) stream.cut();
  }
}
