export { guardedAgent, requireSafeUrl, type GuardedAgentOptions } from './guarded-agent.ts';
export { GuardedFetch, type GuardedFetchOptions } from './guarded-fetch.ts';
export { GuardedPost, type GuardedPostOptions, type Posted } from './guarded-post.ts';
export { IssuerKeys, KeysUnavailable } from './issuer-keys.ts';
export { OutboundFetch } from './outbound-fetch.ts';
export { isPublicAddress, OutboundRefused } from './public-address.ts';
