import { NatsCalls } from '@latchkey/feed';
import { runService } from '@latchkey/service';
import { readKeysEnv } from './env.ts';
import { startKeys } from './start.ts';

runService({
  name: 'keys',
  readEnv: () => readKeysEnv(),
  start: async (parts) => {
    const calls = await NatsCalls.connect({ servers: parts.env.NATS_URL ?? '', name: 'keys calls', logger: parts.logger });
    const running = await startKeys({ ...parts, calls });
    const close = async (): Promise<void> => {
      await running.close();
      await calls.close();
    };
    return { ...running, close };
  },
});
