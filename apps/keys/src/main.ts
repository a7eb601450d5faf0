import { runService } from '@latchkey/service';
import { readKeysEnv } from './env.ts';
import { startKeys } from './start.ts';

runService({ name: 'keys', readEnv: () => readKeysEnv(), start: startKeys });
