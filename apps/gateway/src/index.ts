export { readGatewayEnv, type GatewayEnv } from './env.ts';
export { startGateway, type StartGatewayOptions } from './start.ts';
