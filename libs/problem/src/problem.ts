import { errorCodes, type ErrorCode } from '@latchkey/contracts';

export interface ProblemOptions {
  /** For the caller, in words; no token, hash or internal address. */
  detail?: string;
  /** For our logs only; never rendered. */
  cause?: unknown;
  /** Where the same code has another status in this place, e.g. 503 for an upstream that is known to be down. */
  status?: number;
  /** Answer headers that belong to the refusal: `WWW-Authenticate`, `Retry-After`, `Allow`. */
  headers?: Record<string, string>;
  /** OAuth error of RFC 6750 section 3.1, repeated in the body. */
  error?: string;
  /** What is wrong with which part of the input. */
  issues?: { path: string; message: string }[];
}

/** A refusal or failure with a stable code: thrown inside, rendered once at the edge. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly headers: Record<string, string>;
  readonly error: string | undefined;
  readonly issues: { path: string; message: string }[] | undefined;

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    super(options.detail ?? errorCodes[code].title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = options.status ?? errorCodes[code].status;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.error = options.error;
    this.issues = options.issues;
  }
}
