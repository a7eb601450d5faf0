import type { Provider, Type } from '@nestjs/common';
import { AskConnecting } from './ask-connecting.ts';
import { ConnectController } from './connect.controller.ts';

export const connectingProviders: Provider[] = [AskConnecting];
export const connectingControllers: Type[] = [ConnectController];
