import type { NatsCalls } from '@latchkey/feed';
import type { Provider } from '@nestjs/common';
import { CallerOfKey } from './caller-of-key.ts';
import { CallLimits } from './call-limits.ts';
import { NoteUse } from './note-use.ts';
import { PatCalls } from './pat-calls.ts';
import { NATS_CALLS, ServeCalls } from './serve-calls.ts';

export const callProviders = (calls: NatsCalls): Provider[] => [{ provide: NATS_CALLS, useValue: calls }, CallerOfKey, CallLimits, NoteUse, PatCalls, ServeCalls];
