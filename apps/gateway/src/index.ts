export { readGatewayEnv, type GatewayEnv } from './env.ts';
export { startGateway, type RunningGateway, type StartGatewayOptions } from './start.ts';
