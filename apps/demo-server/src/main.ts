import { createLogger } from '@latchkey/telemetry';
import { readEnv } from './env.ts';
import { startDemoServer } from './start.ts';

const env = readEnv();
const demo = await startDemoServer({
  host: env.HOST,
  port: env.PORT,
  gatewayUrl: env.LATCHKEY_GATEWAY_URL,
  publicUrl: env.LATCHKEY_DEMO_SERVER_URL,
  logger: createLogger('demo-server', env.LATCHKEY_LOG_LEVEL),
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void demo.close());
