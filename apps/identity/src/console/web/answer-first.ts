import { text } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import { html, type Html } from '../../pages/html.ts';
import { IssueConsoleToken } from '../../tokens/issue-console-token.ts';
import { ManagementApi, type KeyOwner } from '../management-api.ts';
import { scopesFor } from './api-families.ts';
import { capped } from './capped.ts';
import { ConsoleApiLimit } from './console-api-limit.ts';

/** So long the page is kept open for its answers; what comes later, or is longer, its scripts ask for themselves. */
const patienceMs = 2_000;
const answerBytes = 256 * 1024;

/** Answers that a page brings along. Its reader is known, is a member, and signed in as the organization wants it: that was looked at for the page, once for all of them. */
@Injectable()
export class AnswerFirst {
  constructor(
    private readonly api: ManagementApi,
    private readonly issueToken: IssueConsoleToken,
    private readonly limit: ConsoleApiLimit,
  ) {}

  /**
   * @param questions  as the scripts will ask them, from `/v1/` on
   * @param late  ends what has not come by then
   * @returns elements that show nothing; none for what was refused or failed, which the scripts are told when they ask
   */
  async run(owner: KeyOwner, questions: readonly string[], late = AbortSignal.timeout(patienceMs)): Promise<Html> {
    try {
      const scopes = questions.map((path) => scopesFor('GET', path.split('?', 1)[0] ?? '') ?? []).flat();
      const { allowed } = await this.limit.consume(owner.userId, questions.length);
      if (!allowed) return html``;
      const token = await this.issueToken.run(owner, [...new Set(scopes)]);
      const answers = await Promise.all(questions.map(async (path) => {
        const answer = await this.ask(owner, path, token, late).catch(() => null);
        return answer !== null && html`<template data-answer="${path}">${answer}</template>`;
      }));
      return html`${answers}`;
    } catch {
      // The page has begun, and is whole without them.
      return html``;
    }
  }

  private async ask(owner: KeyOwner, path: string, token: string, signal: AbortSignal): Promise<string | null> {
    const { statusCode, body } = await this.api.request(owner, [], { method: 'GET', path, token, signal });
    if (statusCode === 200) return text(body.compose<ReturnType<typeof capped>>(capped(answerBytes), { signal }));
    await body.dump();
    return null;
  }
}
