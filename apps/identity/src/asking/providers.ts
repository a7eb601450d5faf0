import type { Provider, Type } from '@nestjs/common';
import { GatewayGuard } from '@latchkey/service';
import { AnswerAsk } from './answer-ask.ts';
import { AskingController } from './asking.controller.ts';

export const askingProviders: Provider[] = [AnswerAsk, GatewayGuard];
export const askingControllers: Type[] = [AskingController];
