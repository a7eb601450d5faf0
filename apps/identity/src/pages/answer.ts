import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { pageHeaders } from './page-headers.ts';

/** What a page route answers: a page, or where to go next. */
export type PageAnswer = { status: number; page: string | Readable; headers?: Record<string, string> } | { redirect: string };

export function sendAnswer(reply: FastifyReply, answer: PageAnswer): void {
  if ('redirect' in answer) {
    // 303: whatever was posted here is not posted there.
    void reply.header('cache-control', 'no-store').redirect(answer.redirect, 303);
    return;
  }
  void reply.status(answer.status).headers({ ...pageHeaders, ...answer.headers }).send(answer.page);
}
