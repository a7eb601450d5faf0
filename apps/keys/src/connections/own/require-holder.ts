import { roleScopes } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import type { Principal } from '../../personal-access-tokens/principal.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';

/** @throws Problem `insufficient_role` for who only looks on in the project; `conflict` where nobody has one of their own */
export function requireHolder({ membership }: Principal, { project, per }: ConnectionEntity): void {
  if (!roleScopes(membership, project).has('connections:write')) throw new Problem('insufficient_role', { detail: `Your role in the project ${project} does not carry connections:write.` });
  if (per !== 'user') throw new Problem('conflict', { detail: 'This connection is the whole project’s.' });
}
