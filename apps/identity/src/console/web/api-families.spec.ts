import { scopesFor } from './api-families.ts';

describe('scopesFor', () => {
  it('asks questions with nothing that could change anything', () => {
    const read = scopesFor('GET', '/v1/pats/usage');
    expect(read).toContain('keys:read');
    expect(read?.every((scope) => scope.endsWith(':read'))).toBe(true);
  });

  it('asks who is who at an issuer as whoever may change it, which the API demands', () => {
    expect(scopesFor('GET', '/v1/trusted-issuers/one/subjects')).toContain('org:admin');
    expect(scopesFor('GET', '/v1/trusted-issuers/one')).not.toContain('org:admin');
  });

  it('changes with the scopes of the one family', () => {
    expect(scopesFor('POST', '/v1/pats')?.filter((scope) => !scope.endsWith(':read'))).toEqual(['keys:write']);
    expect(scopesFor('DELETE', '/v1/servers/demo')?.filter((scope) => !scope.endsWith(':read'))).toEqual(['servers:write']);
    expect(scopesFor('DELETE', '/v1/sessions/one')?.filter((scope) => !scope.endsWith(':read'))).toEqual(['keys:write']);
    expect(scopesFor('POST', '/v1/servers')).not.toContain('mcp:execute');
  });

  it.each(['/v1/tools/demo/add', '/v1/hooks/x', '/v1/leaks', '/v1/nothing', '/v1/', '/v1', '/mcp/demo', '/v1/constructor', '/v1/pats/..', '/v1/pats/../../authz', '/v1/pats//x', '/v1/pats/%2e%2e', '/v1/pats/a%2Fb', '/v1/pats/', '/v1/pats/\\x', '//evil.example/v1/pats'])(
    'is not a way to %s',
    (path) => {
      for (const method of ['GET', 'POST']) expect(scopesFor(method, path)).toBeNull();
    },
  );
});
