import { askPeer } from './ask-peer.ts';

export interface IssuerCheck {
  /** As this service has it in LATCHKEY_ISSUER */
  issuer: string;
  /** Where identity is reached from here */
  at: string;
  nowMs?: () => number;
}

/** What a stranger wrote, short enough for a line. */
const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 200) ?? 'none';

/** Whether identity, if it is up, calls itself what this service believes tokens of. @returns problems, each with its cure */
export async function checkIssuer({ issuer, at, nowMs }: IssuerCheck): Promise<string[]> {
  const answer = await askPeer({ name: 'identity', url: `${at.replace(/\/+$/, '')}/.well-known/oauth-authorization-server` }, nowMs);
  const said = answer?.document['issuer'];
  // Whatever else answers there is not identity.
  if (answer === null || said === undefined) return [];
  const problems = said === issuer ? [] : [`LATCHKEY_ISSUER: is ${shown(issuer)} here, and identity calls itself ${shown(said)}: its tokens would all be refused. Set the same LATCHKEY_ISSUER for both, byte for byte.`];
  return answer.skew === null ? problems : [...problems, answer.skew];
}
