import type { OperationName } from './families.ts';

/** Operations that services also reach over NATS request/reply, by their subjects. What is sent is path parameters, query and body in one object. */
export const natsSubjects = {
  mintPat: 'latchkey.v1.pats.mint',
  listPats: 'latchkey.v1.pats.list',
  showPat: 'latchkey.v1.pats.show',
  changePat: 'latchkey.v1.pats.change',
  rotatePat: 'latchkey.v1.pats.rotate',
  revokePat: 'latchkey.v1.pats.revoke',
  revokePats: 'latchkey.v1.pats.revoke-many',
  verifyPat: 'latchkey.v1.pats.verify',
  patUsage: 'latchkey.v1.pats.usage',
} as const satisfies Partial<Record<OperationName, `latchkey.v1.${string}`>>;
export type NatsOperation = keyof typeof natsSubjects;

/** Headers of a refusal, as NATS services have them (ADR-32 of NATS): the status and the code of HTTP. The body is the problem document. */
export const natsErrorHeaders = { status: 'Nats-Service-Error-Code', code: 'Nats-Service-Error' } as const;

/** The operation of a subject. */
export function operationOfSubject(subject: string): NatsOperation | null {
  return (Object.keys(natsSubjects) as NatsOperation[]).find((name) => natsSubjects[name] === subject) ?? null;
}
