import { covers, pathOf } from './grant-path.ts';
import { namesServer, pathTo, upToServer } from './restrictions.ts';
import type { Credential, ServerPlace } from './subject.ts';

/**
 * What of a credential concerns one server: at that server it allows the same, and elsewhere nothing that the whole did not. For a token
 * that is for one server anyway, and must hold its narrowings itself.
 */
export function partFor(credential: Credential, server: ServerPlace): Credential {
  const path = pathTo(server);
  return {
    ...credential,
    projects: credential.projects?.filter((project) => project === server.project) ?? null,
    grants: credential.grants?.filter((grant) => covers(upToServer(pathOf(grant)), path)) ?? null,
    tools: credential.tools?.filter((entry) => namesServer(entry, server)) ?? null,
  };
}
