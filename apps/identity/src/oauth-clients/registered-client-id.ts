import { randomBytes } from 'node:crypto';
import type { OauthClientKind } from '@latchkey/contracts';

/** Unlike those of dynamic clients, and alike in one look at a log: who acts for people, and who for itself. */
export const registeredClientId = (kind: OauthClientKind): string => `${kind === 'machine' ? 'svc' : 'app'}-${randomBytes(16).toString('hex')}`;
