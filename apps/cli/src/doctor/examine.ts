import { LatchkeyError } from '@latchkey/client';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { challenge, issuer, mirror, resource, signingKeys } from './documents.ts';
import { failed, skipped, type Check, type Finding, type Outcome, type Patient, type Where } from './finding.ts';
import { clocks, gatewayReached, gatewayReady, identityReady, keysReady, tls } from './reach.ts';
import { credential, feed, strangers, versions } from './state.ts';

/** In this order: what is learned by one is looked at by the next. */
export const checks: readonly Check[] = [
  gatewayReached,
  resource,
  tls,
  gatewayReady,
  challenge,
  strangers,
  issuer,
  mirror,
  signingKeys,
  identityReady,
  keysReady,
  clocks,
  feed,
  credential,
  versions,
];

/** Looks at all of it, whatever is wrong: except where there is no gateway at all. */
export async function examine(context: Context, where: Where): Promise<Finding[]> {
  const patient: Patient = { context, gateway: context.gateway, where, clocks: new Map() };
  const findings: Finding[] = [];
  for (const { name, run } of checks) {
    const isGone = findings[0]?.status === 'failed';
    const outcome = isGone ? null : await judged(run, patient);
    findings.push({ check: name, ...(outcome ?? skipped('first the others')) });
  }
  return findings;
}

async function judged(run: Check['run'], patient: Patient): Promise<Outcome | null> {
  try {
    return await run(patient);
  } catch (error) {
    if (error instanceof Failure || error instanceof LatchkeyError) return failed(error.message, error instanceof Failure ? error.advice : undefined);
    return failed(error instanceof Error ? error.message : String(error));
  }
}
