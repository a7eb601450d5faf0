import type { ConnectionRecord, ConnectionValueAnswer } from '@latchkey/contracts';

type ValueAnswer = Extract<ConnectionValueAnswer, { kind: 'value' }>;

/** What goes to the upstream in the name of a connection. */
export interface Attached extends Pick<ValueAnswer, 'header' | 'value' | 'version' | 'oauth'> {
  record: ConnectionRecord;
}

/** The upstream did not take what was shown to it. */
export class CredentialRefused extends Error {
  constructor() {
    super('the upstream answered 401');
    this.name = 'CredentialRefused';
  }
}

/** The upstream took what was shown to it, and wants more scopes for this call (RFC 6750 section 3.1). */
export class ScopesDemanded extends Error {
  constructor(readonly scopes: readonly string[]) {
    super('the upstream answered 403 insufficient_scope');
    this.name = 'ScopesDemanded';
  }
}
