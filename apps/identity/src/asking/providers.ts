import type { Provider, Type } from '@nestjs/common';
import type { Feed } from '@latchkey/feed';
import { GatewayGuard } from '@latchkey/service';
import { AnswerAsk } from './answer-ask.ts';
import { AnswerEpochsAsk } from './answer-epochs-ask.ts';
import { AnswerServerAsk } from './answer-server-ask.ts';
import { ASKING_FEED, AskResponder } from './ask-responder.ts';
import { AskingController } from './asking.controller.ts';

export const askingProviders = (feed: Feed): Provider[] => [AnswerAsk, AnswerServerAsk, AnswerEpochsAsk, AskResponder, GatewayGuard, { provide: ASKING_FEED, useValue: feed }];
export const askingControllers: Type[] = [AskingController];
