import type { Context } from '../context.ts';
import type { IssuerMetadata } from '../session/metadata.ts';

/** What a check found. `warning` does not fail the examination; `skipped`: it could not be looked at from here. */
export interface Outcome {
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  detail: string;
  /** What to do about it */
  advice?: string;
}
export type Finding = Outcome & { check: string };

export interface Where {
  identity?: string;
  keys?: string;
  management?: string;
}

/** What is examined, and what earlier checks have learned. */
export interface Patient {
  context: Context;
  gateway: string;
  where: Where;
  issuer?: string;
  metadata?: IssuerMetadata;
  /** By how much other clocks are ahead of the one here, by whose they are */
  clocks: Map<string, number>;
}

/** A check may throw: a Failure is then what it found. */
export interface Check {
  name: string;
  /** Null: there is nothing to look at before an earlier one is put right */
  run(patient: Patient): Promise<Outcome | null>;
}

export const ok = (detail: string): Outcome => ({ status: 'ok', detail });
export const warning = (detail: string, advice: string): Outcome => ({ status: 'warning', detail, advice });
export const failed = (detail: string, advice?: string): Outcome => ({ status: 'failed', detail, ...(advice === undefined ? {} : { advice }) });
export const skipped = (detail: string): Outcome => ({ status: 'skipped', detail });
