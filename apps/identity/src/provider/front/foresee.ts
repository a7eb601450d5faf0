import type { ForeseeAuthorization } from '../../interactions/foresee-authorization.ts';
import { routes } from '../routes.ts';
import type { FrontStep } from './exchange.ts';

/** @param sessionCookie  its name; @param defaultResource  what a request without a resource means */
export const foresee = (authorization: ForeseeAuthorization, sessionCookie: string, defaultResource: string): FrontStep => {
  const pair = new RegExp(`(?:^|; *)${sessionCookie}=([\\w-]+)(?:;|$)`);
  return async function foresee({ request, path, query }): Promise<boolean> {
    const [clientId, redirectUri] = [query.get('client_id'), query.get('redirect_uri')];
    if (path !== routes.authorization || request.method !== 'GET' || clientId === null || redirectUri === null) return false;
    const sessionId = pair.exec(request.headers.cookie ?? '')?.[1] ?? null;
    await authorization.run({ sessionId, clientId, redirectUri, resource: query.get('resource') ?? defaultResource });
    return false;
  };
};
