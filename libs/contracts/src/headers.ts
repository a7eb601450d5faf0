/** Request headers with a meaning of ours, in lower case as Node gives them. */
export const requestHeaders = {
  requestId: 'x-request-id',
  tenant: 'x-tenant-id',
  project: 'x-project-id',
  user: 'x-user-id',
  userToken: 'x-user-token',
  credential: 'x-credential-id',
  redirectUri: 'x-redirect-uri',
  consistency: 'x-consistency',
  idempotencyKey: 'idempotency-key',
} as const;
