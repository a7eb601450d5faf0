export { causeOfDeath, deathAtIdentity, deathAtKeys, type Death, type IdentityFacts, type LivingCredential } from './cause-of-death.ts';
export { decide, type Ask, type Decision } from './decide.ts';
export { effectiveScopes, narrowMembership } from './effective.ts';
export { exceedsIn, isWithin, type CredentialPart } from './is-within.ts';
export { pathOf, type GrantPath } from './grant-path.ts';
export { mayUse, type Thing } from './may-use.ts';
export { methodRules, type MethodRule, type Touches } from './methods.ts';
export { projectRoleOf, roleScopes } from './roles.ts';
export type { Credential, Membership, ServerPlace, Subject } from './subject.ts';
