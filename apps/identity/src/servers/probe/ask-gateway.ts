import { serverProbeSchema, type ServerProbe, type ServerSettings } from '@latchkey/contracts';
import { UnansweredError, type Feed } from '@latchkey/feed';
import { Inject, Injectable } from '@nestjs/common';
import { ASKING_FEED } from '../../asking/ask-responder.ts';

/** Longer than a gateway takes at most. */
const timeoutMs = 8000;

const unknown = (detail: string): ServerProbe => ({
  at: new Date().toISOString(), durationMs: 0, outcome: 'unknown', transport: null, eras: [], protocolVersions: [], serverInfo: null, tools: null,
  auth: { required: false, scheme: null, resourceMetadata: null, authorizationServers: [] }, problems: [{ code: 'no_gateway', detail }],
});

/** Has a gateway look at a server: it alone has a way there, and what it meets is what callers will meet. */
@Injectable()
export class AskGateway {
  constructor(@Inject(ASKING_FEED) private readonly feed: Feed) {}

  async look({ slug, url }: { slug: string; url: string }, { headers, tls }: Pick<ServerSettings, 'headers' | 'tls'>): Promise<ServerProbe> {
    try {
      const answer = serverProbeSchema.safeParse(await this.feed.ask('probe.gateway', { name: slug, url, headers, tls }, timeoutMs));
      return answer.success ? answer.data : unknown('The gateway answered in a way that is not understood.');
    } catch (error) {
      if (!(error instanceof UnansweredError)) throw error;
      return unknown('No gateway could be asked to look at it.');
    }
  }
}
