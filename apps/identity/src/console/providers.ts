import type { Provider, Type } from '@nestjs/common';
import { ConsoleSessionEntity } from './session.entity.ts';

export const consoleProviders: Provider[] = [];
export const consoleControllers: Type[] = [];
export const consoleEntities: Type[] = [ConsoleSessionEntity];
