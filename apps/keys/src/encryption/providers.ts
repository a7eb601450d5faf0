import type { Provider } from '@nestjs/common';
import type { KeysEnv } from '../env.ts';
import { KEYS_ENV } from '../tokens.ts';
import { Envelope } from './envelope.ts';
import { KeyEncryption } from './key-encryption.ts';
import { LocalKeyEncryption } from './local-key-encryption.ts';

export const encryptionProviders: Provider[] = [
  Envelope,
  { provide: KeyEncryption, useFactory: (env: KeysEnv) => new LocalKeyEncryption(env.LATCHKEY_MASTER_KEY), inject: [KEYS_ENV] },
];
