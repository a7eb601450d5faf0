import type { Scope } from '@latchkey/contracts';

export type ManagementService = 'identity' | 'keys';

/** Who serves a family of the management API and which scope it takes there (CONTRACT, Scopes). */
interface Family {
  service: ManagementService;
  read: Scope;
  write: Scope;
  /** It happens in the project that the path names, and a role there is enough. */
  inProject?: true;
}

const families: Readonly<Record<string, Family>> = {
  orgs: { service: 'identity', read: 'org:read', write: 'org:admin' },
  projects: { service: 'identity', read: 'org:read', write: 'org:admin' },
  members: { service: 'identity', read: 'org:read', write: 'org:admin' },
  domains: { service: 'identity', read: 'org:read', write: 'org:admin' },
  'identity-providers': { service: 'identity', read: 'org:read', write: 'org:admin' },
  policies: { service: 'identity', read: 'org:read', write: 'org:admin' },
  // A client is a credential, and members may keep credentials; identity asks for more where one acts for itself.
  'oauth-clients': { service: 'identity', read: 'org:read', write: 'keys:write' },
  'trusted-clients': { service: 'identity', read: 'org:read', write: 'org:admin' },
  'trusted-issuers': { service: 'identity', read: 'org:read', write: 'org:admin' },
  // Who is who there is told to those alone who may say so.
  'trusted-issuers/*/subjects': { service: 'identity', read: 'org:admin', write: 'org:admin' },
  // One's own sign-ins, and nobody else's; they are taken back as keys are.
  sessions: { service: 'identity', read: 'org:read', write: 'keys:write' },
  // What a project is divided into follows its servers, which its administrators look after.
  'projects/*/folders': { service: 'identity', read: 'servers:read', write: 'servers:write' },
  'projects/*/members': { service: 'identity', read: 'org:read', write: 'org:admin', inProject: true },
  // Everybody disconnects programs of their own; what others' take beside, identity says.
  grants: { service: 'identity', read: 'org:read', write: 'keys:write' },
  'grants/revoke': { service: 'identity', read: 'org:read', write: 'org:admin' },
  servers: { service: 'identity', read: 'servers:read', write: 'servers:write' },
  audit: { service: 'identity', read: 'audit:read', write: 'audit:read' },
  // Answered here (`answerExplain`) and sent on to nobody.
  explain: { service: 'identity', read: 'audit:read', write: 'audit:read' },
  // So is this (`answerFreshness`).
  freshness: { service: 'identity', read: 'org:read', write: 'org:admin' },
  pats: { service: 'keys', read: 'keys:read', write: 'keys:write' },
  webhooks: { service: 'keys', read: 'webhooks:read', write: 'webhooks:write' },
  connections: { service: 'keys', read: 'connections:read', write: 'connections:write' },
};

export interface ManagementRoute {
  service: ManagementService;
  family: string;
  /** Null: no login, as for leak reports; the limit is then per address. */
  scope: Scope | null;
  /** Where it happens in one; absent: in the organization. */
  project?: string;
}

/** Questions that are POSTed because they carry a secret change nothing. */
const questions = new Set(['/v1/pats/verify']);
const readMethods = new Set(['GET', 'HEAD']);

const familyNamed = (name: string): Family | undefined => (Object.hasOwn(families, name) ? families[name] : undefined);

/** Finds who serves `path`, a path below `/v1/`; null for a family that does not exist. */
export function managementRoute(path: string, method: string): ManagementRoute | null {
  const [, , family = '', project = '', part = ''] = path.split('/', 5);
  // Whoever sends one is known by its signature, which keys verifies.
  if (family === 'hooks') return { service: 'keys', family, scope: null };
  if (family === 'leaks') return { service: 'keys', family, scope: null };
  const entry = familyNamed(`${family}/*/${part}`) ?? familyNamed(`${family}/${project}`) ?? familyNamed(family);
  if (entry === undefined) return null;
  const reads = readMethods.has(method) || questions.has(path);
  return { service: entry.service, family, scope: reads ? entry.read : entry.write, ...(entry.inProject === true ? { project } : {}) };
}
