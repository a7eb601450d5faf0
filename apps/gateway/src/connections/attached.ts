import type { ConnectionRecord, ConnectionValueAnswer } from '@latchkey/contracts';

type ValueAnswer = Extract<ConnectionValueAnswer, { kind: 'value' }>;

/** What goes to the upstream in the name of a connection. */
export interface Attached extends Pick<ValueAnswer, 'header' | 'value' | 'version'> {
  record: ConnectionRecord;
}

/** The upstream did not take what was shown to it. */
export class CredentialRefused extends Error {
  constructor() {
    super('the upstream answered 401');
    this.name = 'CredentialRefused';
  }
}
