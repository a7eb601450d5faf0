import { LatchkeyError } from '@latchkey/client';
import { Failure, type FailureCode } from './failure.ts';

/** What scripts decide by; docs/cli.md has the table. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, notSignedIn: 3, refused: 4, unavailable: 5 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const ofFailures: Readonly<Record<FailureCode, ExitCode>> = {
  usage: exitCodes.usage,
  not_signed_in: exitCodes.notSignedIn,
  sign_in_expired: exitCodes.notSignedIn,
  sign_in_refused: exitCodes.refused,
  negative: exitCodes.refused,
  unreachable: exitCodes.unavailable,
  unsafe_file: exitCodes.failed,
  unsafe_url: exitCodes.failed,
  bad_metadata: exitCodes.failed,
  unexpected_answer: exitCodes.failed,
};

/** 5 where the same may work later, 3 where another credential is needed, 4 where the answer is no. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Failure) return ofFailures[error.code];
  if (!(error instanceof LatchkeyError)) return exitCodes.failed;
  const { code, status } = error;
  if (code === 'unreachable' || code === 'timeout' || status === 429 || status === 502 || status === 503 || status === 504) return exitCodes.unavailable;
  if (status === 401) return exitCodes.notSignedIn;
  return status !== null && status >= 400 && status < 500 ? exitCodes.refused : exitCodes.failed;
}
