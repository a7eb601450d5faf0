import { z } from 'zod';

export const managementPortSchema = z.coerce.number().int().min(0).max(65_535).optional()
  .describe('Port of what is shown to those who run the service, such as /metrics; by default 1000 above PORT, and a free one where PORT is. 0 takes a free one.');

interface Ports {
  PORT: number;
  LATCHKEY_MANAGEMENT_PORT?: number | undefined;
}

/** A rule of the environment: callers must not reach it. */
export function ownManagementPort({ PORT: port, LATCHKEY_MANAGEMENT_PORT: management }: Partial<Ports>): string[] {
  if (port === undefined || port === 0 || management !== port) return [];
  return ['LATCHKEY_MANAGEMENT_PORT: must differ from PORT: what is shown there is not for callers. Leave it out, or take another port.'];
}

/** 0: any free one, as the main port is, or because there is none 1000 above it. */
export function managementPort({ PORT: port, LATCHKEY_MANAGEMENT_PORT: management }: Ports): number {
  if (management !== undefined) return management;
  return port === 0 || port > 64_535 ? 0 : port + 1000;
}
