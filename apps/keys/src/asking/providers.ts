import type { Provider, Type } from '@nestjs/common';
import type { Feed } from '@latchkey/feed';
import { GatewayGuard } from '@latchkey/service';
import { AnswerAsk } from './answer-ask.ts';
import { AskServer } from './ask-server.ts';
import { AskResponder } from './ask-responder.ts';
import { ASKING_FEED } from './asking-feed.ts';
import { AskingController } from './asking.controller.ts';

export const askingProviders = (feed: Feed): Provider[] => [AnswerAsk, AskServer, AskResponder, GatewayGuard, { provide: ASKING_FEED, useValue: feed }];
export const askingControllers: Type[] = [AskingController];
