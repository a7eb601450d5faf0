import type { Provider } from '@nestjs/common';
import { SignAccessToken } from '../tokens/sign-access-token.ts';
import { AskKeys } from './ask-keys.ts';
import { ExchangeToken } from './exchange-token.ts';
import { FindPat } from './find-pat.ts';
import { KeyBehind } from './key-behind.ts';
import { ReadActor } from './read-actor.ts';
import { ReadSource } from './read-source.ts';

export const exchangeProviders: Provider[] = [AskKeys, ExchangeToken, FindPat, KeyBehind, ReadActor, ReadSource, SignAccessToken];
