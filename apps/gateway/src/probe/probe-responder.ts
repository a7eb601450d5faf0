import { probeTargetSchema } from '@latchkey/contracts';
import type { Answering, Feed } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import { probeUpstream, type ProbeSources } from './probe-upstream.ts';

/** Looks at servers for identity, which has no way to them itself; each question reaches one gateway. */
export class ProbeResponder {
  private answering: Promise<Answering | undefined> = Promise.resolve(undefined);

  constructor(private readonly options: ProbeSources & { feed: Pick<Feed, 'answer'>; logger: Logger }) {}

  start(): void {
    const { feed, logger } = this.options;
    this.answering = feed.answer('probe.gateway', (payload) => probeUpstream(this.options, probeTargetSchema.parse(payload))).catch((error: unknown) => {
      logger.error({ err: error }, 'servers cannot be looked at for identity');
      return undefined;
    });
  }

  async stop(): Promise<void> {
    await (await this.answering)?.stop();
  }
}
