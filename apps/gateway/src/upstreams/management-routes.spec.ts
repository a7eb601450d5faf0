import { managementRoute } from './management-routes.ts';

describe('managementRoute', () => {
  it('asks for what the family takes, by method', () => {
    expect(managementRoute('/v1/projects', 'GET')).toEqual({ service: 'identity', family: 'projects', scope: 'org:read' });
    expect(managementRoute('/v1/projects/prod', 'DELETE')).toEqual({ service: 'identity', family: 'projects', scope: 'org:admin' });
  });

  it('counts folders to the servers in them', () => {
    expect(managementRoute('/v1/projects/prod/folders', 'GET')).toEqual({ service: 'identity', family: 'projects', scope: 'servers:read' });
    expect(managementRoute('/v1/projects/prod/folders/tools', 'DELETE')).toEqual({ service: 'identity', family: 'projects', scope: 'servers:write' });
    expect(managementRoute('/v1/projects/folders', 'POST')).toMatchObject({ scope: 'org:admin' });
    expect(managementRoute('/v1/members/prod/folders', 'POST')).toMatchObject({ scope: 'org:admin' });
  });

  it('knows no family that is a name of something else', () => {
    for (const path of ['/v1/constructor', '/v1/toString/x', '/v1/projects*', '/v1/']) expect(managementRoute(path, 'GET')).toBeNull();
  });
});
