export { renderChallenge, type Challenge } from './challenge.ts';
export { issuerMetadataPlaces, resourceMetadataPlaces, speaksFor } from './metadata-places.ts';
export { proofAlgorithms } from './proof-algorithms.ts';
export { managementScopes, mcpScopes, protectedResourceMetadata, workflowScopes } from './protected-resource.ts';
export { readChallenge, scopeTokens, type ResourceChallenge } from './read-challenge.ts';
export { canonicalResource, resourceMetadataUrl, resources } from './resource.ts';
export { parseScopes, satisfies, withImplied } from './scopes.ts';
