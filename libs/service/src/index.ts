export { AssertionVerifier, type AssertionVerifierOptions } from './caller/assertion-verifier.ts';
export { Caller, CallerGuard } from './caller/caller.guard.ts';
export { GatewayGuard } from './caller/gateway.guard.ts';
export { EnvironmentError, loadEnv } from './load-env.ts';
export { PortInUseError } from './port-in-use.ts';
export { ProblemFilter } from './problem.filter.ts';
export type { RawHandler } from './raw-handler.ts';
export { requestIdOf } from './request-id.ts';
export { startService, type RunningService, type ServiceOptions } from './service.ts';
