import type { ErrorCode, ProblemDocument } from '@latchkey/contracts';

/** Of us: nobody answered, or with what no service of ours says. */
export type ClientCode = 'unreachable' | 'timeout' | 'unexpected_answer';

/** A refusal or failure. `code` never changes its meaning: decide by it, and show `message` to people. */
export class LatchkeyError extends Error {
  override name = 'LatchkeyError';

  constructor(
    readonly code: ErrorCode | ClientCode | 'internal',
    message: string,
    /** As HTTP has it; null where nobody answered */
    readonly status: number | null,
    readonly problem: Partial<ProblemDocument> = {},
    /** When it is worth another try */
    readonly retryAfterSeconds: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** By which the logs of Latchkey know the request. */
  get requestId(): string | undefined {
    return this.problem.requestId;
  }

  /** What is wrong with which part of what was sent. */
  get issues(): { path: string; message: string }[] {
    return this.problem.issues ?? [];
  }

  is(...codes: (ErrorCode | ClientCode)[]): boolean {
    return codes.some((code) => code === this.code);
  }
}
