import { Tally } from './tally.ts';

/** All times are of the one monotonic clock of the process that asks, in milliseconds. */
export interface Credential {
  readonly id: string;
  readonly kind: 'pat' | 'access token';
  readonly token: string;
  /** Server that it is used for */
  readonly slug: string;
  /** When its creation was acknowledged */
  readonly bornAtMs: number;
  /** When its revocation was first asked for: from here on nothing can be said against a refusal. */
  dyingAtMs?: number;
  /** When its revocation was acknowledged: the COMMIT lies between the two. */
  deadAtMs?: number;
}

export type Outcome = 'accepted' | 'refused' | 'stale' | 'unreachable' | 'odd';

export interface Check {
  gateway: number;
  credential: Credential;
  boundMs: number;
  sentAtMs: number;
  answeredAtMs: number;
  outcome: Outcome;
  /** Status and code, for whoever has to find out */
  answer: string;
}

const keptFindings = 50;

/**
 * Judges every answer of a gateway by what is certain, so that a slow observer can miss something but never accuses anybody wrongly:
 * a request that was sent more than N after a revocation was acknowledged reached the gateway later than COMMIT + N; a request that was
 * answered before a revocation was asked for met a valid credential.
 */
export class Observer {
  readonly violations: string[] = [];
  readonly falseRefusals: string[] = [];
  readonly oddities: string[] = [];
  readonly answers = new Tally();
  /** By bound: how long after the acknowledgement of its revocation a credential was certainly still accepted, at worst. */
  readonly worstAcceptanceMs = new Map<number, number>();
  violationCount = 0;
  falseRefusalCount = 0;
  oddityCount = 0;

  observe(check: Check): void {
    const { credential, sentAtMs, answeredAtMs, outcome, boundMs } = check;
    const wasDead = credential.deadAtMs !== undefined && sentAtMs > credential.deadAtMs;
    const wasAlive = sentAtMs > credential.bornAtMs && (credential.dyingAtMs === undefined || answeredAtMs < credential.dyingAtMs);
    this.answers.add(`${wasDead ? 'dead' : wasAlive ? 'alive' : 'dying'} ${outcome}`);
    if (wasDead && outcome === 'accepted') {
      const afterMs = sentAtMs - (credential.deadAtMs ?? 0);
      this.worstAcceptanceMs.set(boundMs, Math.max(this.worstAcceptanceMs.get(boundMs) ?? -Infinity, afterMs));
      if (afterMs > boundMs) {
        this.violationCount += 1;
        keep(this.violations, `${describe(check)}: accepted ${Math.round(afterMs)} ms after its revocation was acknowledged, N = ${boundMs} ms`);
      }
    }
    if (wasAlive && outcome === 'refused') {
      this.falseRefusalCount += 1;
      keep(this.falseRefusals, `${describe(check)}: refused although it is valid`);
    }
    if (outcome === 'odd') {
      this.oddityCount += 1;
      keep(this.oddities, `${describe(check)}: ${wasDead ? 'dead' : wasAlive ? 'alive' : 'dying'}`);
    }
  }
}

function keep(findings: string[], finding: string): void {
  if (findings.length < keptFindings) findings.push(finding);
}

function describe({ gateway, credential, sentAtMs, answeredAtMs, answer }: Check): string {
  return `gateway ${gateway}, ${credential.kind} ${credential.id}, asked at ${sentAtMs.toFixed(0)}, answered at ${answeredAtMs.toFixed(0)} with ${answer}`;
}
