/** What makes a command end badly, where Latchkey itself has not refused anything. */
export class Failure extends Error {
  override name = 'Failure';

  constructor(
    /** Never changes its meaning; in `--json` */
    readonly code: FailureCode,
    message: string,
    /** What to do about it */
    readonly advice?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export type FailureCode = 'usage' | 'not_signed_in' | 'sign_in_refused' | 'sign_in_expired' | 'unsafe_file' | 'unsafe_url' | 'bad_metadata' | 'unreachable' | 'unexpected_answer' | 'negative';
