import { verifies } from '@latchkey/testing';
import { managementRoute } from './management-routes.ts';

describe('the families of the management API', () => {
  verifies('I4', 'clients take the scope of keys to change, and that of the organization to be vouched for', () => {
    const scopeOf = (method: string, path: string) => managementRoute(path, method)?.scope;
    for (const path of ['/v1/oauth-clients', '/v1/oauth-clients/app-1', '/v1/oauth-clients/app-1/rotate-secret']) {
      expect([path, scopeOf('GET', path), scopeOf('POST', path), scopeOf('DELETE', path)]).toEqual([path, 'org:read', 'keys:write', 'keys:write']);
    }
    expect([scopeOf('GET', '/v1/trusted-clients'), scopeOf('POST', '/v1/trusted-clients'), scopeOf('DELETE', '/v1/trusted-clients/1')]).toEqual(['org:read', 'org:admin', 'org:admin']);
    expect(managementRoute('/v1/trusted-clients', 'GET')?.service).toBe('identity');
  });

  it('know no family by the name of what every object has', () => {
    for (const family of ['constructor', '__proto__', 'toString', '']) expect(managementRoute(`/v1/${family}`, 'GET')).toBeNull();
  });
});
