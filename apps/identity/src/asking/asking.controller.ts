import { identityAskSchema, type IdentityAnswer } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { GatewayGuard } from '@latchkey/service';
import { Body, Controller, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { AnswerAsk } from './answer-ask.ts';

/** The way to this question that is left when the feed's connection is gone. */
@Controller('internal')
@UseGuards(GatewayGuard)
export class AskingController {
  constructor(private readonly answerAsk: AnswerAsk) {}

  @Post('ask')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  ask(@Body() body: unknown): Promise<IdentityAnswer> {
    return this.answerAsk.run(parse(identityAskSchema, body));
  }
}
