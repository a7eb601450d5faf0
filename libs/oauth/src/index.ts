export { renderChallenge, type Challenge } from './challenge.ts';
export { proofAlgorithms } from './proof-algorithms.ts';
export { managementScopes, mcpScopes, protectedResourceMetadata, workflowScopes } from './protected-resource.ts';
export { canonicalResource, resourceMetadataUrl, resources } from './resource.ts';
export { parseScopes, satisfies, withImplied } from './scopes.ts';
