import { Problem } from '@latchkey/problem';

/** What may be counted, as metrics name it. */
export const limitKinds = ['credential', 'user', 'server', 'tool', 'org', 'address', 'leaks', 'hooks', 'failures', 'concurrency'] as const;
export type LimitKind = (typeof limitKinds)[number];

/** One more than a limit allows. */
export class LimitReached extends Problem {
  constructor(
    readonly limit: LimitKind,
    { retryAfterSeconds, detail }: { retryAfterSeconds: number; detail?: string },
  ) {
    super('rate_limited', { headers: { 'retry-after': String(retryAfterSeconds) }, ...(detail === undefined ? {} : { detail }) });
  }
}
