import { Problem, type ProblemOptions } from '@latchkey/problem';
import type { Principal } from './principal.ts';

/** A credential that is genuine, and dead: whose it was is known, and the audit log tells its organization. */
export class DeadCredential extends Problem {
  constructor(
    code: Problem['code'],
    readonly principal: Principal,
    options?: ProblemOptions,
  ) {
    super(code, options);
  }
}
