import type { Server } from '@latchkey/contracts';

/** Whether it is not as it should be: a gateway does not reach it, or the last that had to do with it failed. */
export function isInTrouble({ health: { state, lastSuccessAt, lastFailureAt } }: Pick<Server, 'health'>): boolean {
  return state === 'down' || state === 'degraded' || (lastFailureAt !== null && (lastSuccessAt === null || lastFailureAt > lastSuccessAt));
}

/** Which one to begin with: one that was seen to be up, or else that nothing is known against, or else any. */
export const firstToUse = (servers: readonly Server[] | undefined): Server | undefined =>
  servers?.find((server) => server.health.state === 'up' && !isInTrouble(server)) ?? servers?.find((server) => !isInTrouble(server)) ?? servers?.[0];
