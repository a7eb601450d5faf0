/**
 * What we take from the engine's inside (AS-84): parts that it made for grants of others, which are not covered by its versioning. The
 * engine is pinned exactly; nothing else may import from below `oidc-provider/`.
 */
export { buildTokenResponse, checkDpopReplay, checkDpopRequired, validateDpop } from 'oidc-provider/lib/helpers/grants.js';
