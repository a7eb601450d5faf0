import type { OrganizationPolicy } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { IdentityEnv } from '../env.ts';

/** Members of a policy that this service has a value of its own for, which counts where it is less (`withinPolicy`). */
const deploymentOwn = {
  accessTokenTtlSeconds: 'LATCHKEY_ACCESS_TOKEN_TTL_SECONDS',
  refreshTokenTtlSeconds: 'LATCHKEY_REFRESH_TOKEN_TTL_SECONDS',
} as const satisfies Partial<Record<keyof OrganizationPolicy, keyof IdentityEnv>>;

/**
 * A policy never gives more than the deployment does, so that one that says more would say what is not so. What stood there before stays: the
 * deployment may have become stricter since.
 * @throws Problem `invalid_request`
 */
export function requireStricter(before: OrganizationPolicy, after: OrganizationPolicy, env: Pick<IdentityEnv, (typeof deploymentOwn)[keyof typeof deploymentOwn]>): void {
  const issues = Object.entries(deploymentOwn).flatMap(([name, variable]) => {
    const [was, wanted] = [before, after].map((policy) => policy[name as keyof typeof deploymentOwn]);
    if (wanted === null || wanted === undefined || wanted === was || wanted <= env[variable]) return [];
    return [{ path: `policy.${name}`, message: `this deployment allows ${env[variable]} seconds at most; an organization can only be stricter, and null is as the deployment has it` }];
  });
  if (issues[0] !== undefined) throw new Problem('invalid_request', { detail: `${issues[0].path}: ${issues[0].message}`, issues });
}
