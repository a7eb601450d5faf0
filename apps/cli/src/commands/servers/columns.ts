import type { Server } from '@latchkey/contracts';
import { fields, listed, type Column } from '../../text.ts';

export const serverColumns: readonly Column<Server>[] = [
  ['slug', ({ slug }) => slug],
  ['name', ({ name }) => name],
  ['project', ({ project, folder }) => (folder === null ? project : `${project}/${folder}`)],
  ['health', ({ health }) => health.state],
  ['resource', ({ resource }) => resource],
];

export const serverText = (server: Server): string =>
  fields({
    slug: server.slug, name: server.name, org: server.org, project: server.project, folder: server.folder, url: server.url, resource: server.resource,
    health: `${server.health.state}${server.health.lastFailure === null ? '' : `, last failure: ${server.health.lastFailure}`}`,
    'allowed tools': listed(server.restrictions.allowedTools, 'all'), 'denied tools': server.restrictions.deniedTools.length === 0 ? undefined : server.restrictions.deniedTools.join(', '),
    'allowed roles': listed(server.restrictions.allowedRoles, 'all'), 'keys in URLs': server.tokenUrls ? 'yes' : 'no', listed: server.listed ? 'yes' : 'no', revision: String(server.revision),
  });
