import { isEnginePath } from './routes.ts';

describe('isEnginePath', () => {
  it('knows one spelling of each path', () => {
    for (const path of ['/oauth/token', '/oauth/authorize', '/oauth/authorize/abc', '/oauth/clients/register', '/oauth/clients/register/dyn-1', '/oauth/end-session/confirm', '/.well-known/jwks.json']) {
      expect([path, isEnginePath(path)]).toEqual([path, true]);
    }
    for (const path of ['/oauth/Token', '/OAUTH/token', '/oauth/token/', '/oauth/clients/register/', '/oauth/Clients/Register', '/oauth/clients/register/dyn-1/', '/oauth/clients/register/a/b', '/oauth/%74oken', '//oauth/token', '/oauth/', '/oauth', '/']) {
      expect([path, isEnginePath(path)]).toEqual([path, false]);
    }
  });
});
