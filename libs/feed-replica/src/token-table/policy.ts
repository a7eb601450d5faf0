import { patRecordSchema, type PatRecord } from '@latchkey/contracts';

/** What a token may do: all of its record that many tokens have in common. Frozen, for it is shared. */
export type Policy = Readonly<Pick<PatRecord, 'org' | 'scopes' | 'projects' | 'grants' | 'tools' | 'service' | 'allowedIps' | 'rateLimit'>>;

const policySchema = patRecordSchema.pick({ org: true, scopes: true, projects: true, grants: true, tools: true, service: true, allowedIps: true, rateLimit: true });

/** The text by which equal policies are recognized, and from which `readPolicy` makes the policy again. */
export function policyKey({ org, scopes, projects, grants, tools, service, allowedIps, rateLimit }: Policy): string {
  return JSON.stringify({ org, scopes, projects, grants, tools, service, allowedIps, rateLimit });
}

/** @throws ZodError when the text is not a policy as records have them today */
export function readPolicy(key: string): Policy {
  return deepFreeze(policySchema.parse(JSON.parse(key)));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
