import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendAnswer } from '../pages/answer.ts';
import { errorPage } from '../pages/error-page.ts';
import { InteractionGone } from './open-interaction.ts';

/** Says in words that there is nothing to sign in to any more. */
@Catch(InteractionGone)
export class GoneFilter implements ExceptionFilter {
  catch(_thrown: InteractionGone, host: ArgumentsHost): void {
    const page = errorPage({
      title: 'This sign-in has ended',
      message: 'The page was open for too long, was already used, or was opened in another browser or with cookies switched off.',
      hint: 'Go back to the program that sent you here and connect again.',
    });
    sendAnswer(host.switchToHttp().getResponse<FastifyReply>(), { status: 400, page });
  }
}
