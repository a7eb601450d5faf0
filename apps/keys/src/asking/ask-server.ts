import { serverAnswerSchema } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { ASKING_FEED } from './asking-feed.ts';

const timeoutMs = 1000;

/** Asks identity, who keeps the servers, where one is. */
@Injectable()
export class AskServer {
  constructor(@Inject(ASKING_FEED) private readonly feed: Feed) {}

  /**
   * @returns its URL, and where people connect themselves
   * @throws Problem `not_found` for a server that is not there, or not in this project; `state_stale` when identity does not answer
   */
  async run(org: string, project: string, slug: string): Promise<{ url: string; connectUrl: string }> {
    let answer;
    try {
      answer = serverAnswerSchema.parse(await this.feed.ask('ask.identity', { server: slug }, timeoutMs));
    } catch (cause) {
      throw new Problem('state_stale', { detail: 'The server cannot be asked about at the moment.', headers: { 'retry-after': '1' }, cause });
    }
    const { server, connectUrl } = answer;
    if (server?.org !== org || server.project !== project) throw new Problem('not_found', { detail: `There is no server ${slug} in the project ${project}.` });
    return { url: server.url, connectUrl };
  }
}
