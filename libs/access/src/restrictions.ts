import type { Action } from '@latchkey/contracts';
import { matchesGlob } from './glob.ts';
import { allowsAction, covers, pathOf, type GrantPath } from './grant-path.ts';
import type { Credential, ServerPlace } from './subject.ts';

export const pathTo = (server: ServerPlace): GrantPath => ({
  org: server.org,
  project: server.project,
  server: server.slug,
  ...(server.folder === null ? {} : { folder: server.folder }),
});

/** A grant on one tool leads to its server too. */
export const upToServer = (path: GrantPath | null): GrantPath | null => (path?.tool === undefined ? path : { ...path, tool: undefined });

/** Position of the colon between the two globs of `server:tool`; a server's glob holds none itself. */
const colonOf = (entry: string): number => entry.indexOf(':');
export const namesServer = (entry: string, server: ServerPlace): boolean => matchesGlob(entry, server.slug, 0, colonOf(entry));

/** Whether anything at all of this server is left by the credential's grants and tool list. */
export function reachesServer(credential: Credential, server: ServerPlace): boolean {
  const path = pathTo(server);
  const granted = credential.grants?.some((grant) => covers(upToServer(pathOf(grant)), path)) ?? true;
  return granted && (credential.tools?.some((entry) => namesServer(entry, server)) ?? true);
}

/**
 * Whether the credential is unrestricted below this server: prompts, resources and methods that we do not know hang on that, because
 * neither a grant on one tool nor a tool list says anything that would include them. `server:*` lists the whole of a server.
 */
export function coversServer(credential: Credential, server: ServerPlace, action: Action): boolean {
  const path = pathTo(server);
  const granted = credential.grants?.some((grant) => allowsAction(grant, action) && covers(pathOf(grant), path)) ?? true;
  const listed =
    credential.tools?.some((entry) => namesServer(entry, server) && /^\*+$/.test(entry.slice(colonOf(entry) + 1))) ?? true;
  return granted && listed;
}

/** Whether grants and tool list both leave this tool, for this action. */
export function coversTool(credential: Credential, server: ServerPlace, tool: string, action: Action): boolean {
  const path = { ...pathTo(server), tool };
  const granted = credential.grants?.some((grant) => allowsAction(grant, action) && covers(pathOf(grant), path)) ?? true;
  const listed =
    credential.tools?.some((entry) => namesServer(entry, server) && matchesGlob(entry, tool, colonOf(entry) + 1)) ?? true;
  return granted && listed;
}
