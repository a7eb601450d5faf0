import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER } from '../tokens.ts';
import { sendAnswer } from './answer.ts';
import { errorPage, type ErrorPageOptions } from './error-page.ts';

const words: Record<number, ErrorPageOptions> = {
  400: { title: 'This did not work', message: 'Your browser sent something that this page cannot read.' },
  403: { title: 'This form cannot be used', message: 'It was not sent from the page it belongs to, or your browser refused a cookie.', hint: 'Allow cookies for this site, go back to the program that sent you here and start again.' },
  429: { title: 'Not so fast', message: 'There were too many attempts. Wait a little and try again.' },
  503: { title: 'Very busy right now', message: 'Nothing is lost. Try again in a moment.' },
  404: { title: 'Nothing here', message: 'There is no such page.' },
};

/** Renders for people what goes wrong on pages; our own fault is logged and says no more than its number. */
@Catch()
export class PageFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const status = thrown instanceof Problem ? thrown.status : thrown instanceof HttpException ? thrown.getStatus() : 500;
    if (status >= 500 && status !== 503) this.logger.error({ err: thrown, requestId: request.id }, 'page failed');
    const page = errorPage(
      words[status] ?? {
        title: 'Something went wrong here',
        message: 'It is our fault, not yours. Try again in a moment.',
        details: { 'request id': String(request.id) },
      },
    );
    sendAnswer(reply, { status, page, headers: thrown instanceof Problem ? thrown.headers : {} });
  }
}
