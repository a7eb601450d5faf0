import type { OidcEngine } from '../oidc-engine.ts';
import { routes } from '../routes.ts';
import type { FrontStep } from './exchange.ts';

/**
 * The key set is what the table says at this moment, or it is not answered: a replica that has not heard of a dropped key yet must not
 * vouch for it. Callers hold the set for minutes, so the look costs next to nothing.
 */
export const freshKeys = (engine: OidcEngine): FrontStep =>
  async function freshKeys({ path }): Promise<boolean> {
    if (path === routes.jwks) await engine.reloadIfChanged();
    return false;
  };
