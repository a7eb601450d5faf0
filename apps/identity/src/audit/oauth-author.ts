import { Provider } from 'oidc-provider';
import { byIdentity, type AuditAuthor } from './record-audit.ts';

/** What an id in an entry has room for; a client that is named by a document may have a longer one. */
const longest = 256;

/** Text that a stranger chose, as an entry can hold it. */
export const cleaned = (text: string): string => text.slice(0, longest).replace(/[\p{Cc}\p{Cs}]/gu, '?');

export const clientReference = (id: string): { kind: 'client'; id: string } => ({ kind: 'client', id: cleaned(id) });

/** The client whose request the engine is serving; where it serves none, this service itself. */
export function oauthAuthor(): AuditAuthor {
  const id = Provider.ctx?.oidc?.client?.clientId;
  return id === undefined ? byIdentity : { actor: clientReference(id), credential: null };
}
