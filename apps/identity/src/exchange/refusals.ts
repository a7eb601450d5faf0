import { errors } from 'oidc-provider';

/** RFC 8693 section 2.2.2: whatever is wrong with a subject token, the answer is `invalid_request`. */
export const invalid = (description: string): InstanceType<typeof errors.InvalidRequest> => new errors.InvalidRequest(description);

function withStatus(status: number, description: string): InstanceType<typeof errors.TemporarilyUnavailable> {
  return Object.assign(new errors.TemporarilyUnavailable(description), { status, statusCode: status });
}

/** Our own trouble: nothing is said about the token. */
export const unavailable = (description: string) => withStatus(503, description);
export const tooMany = (description: string) => withStatus(429, description);
