import { runService } from '@latchkey/service';
import { readGatewayEnv } from './env.ts';
import { startGateway } from './start.ts';

runService({ name: 'gateway', readEnv: () => readGatewayEnv(), start: startGateway });
