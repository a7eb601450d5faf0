import { ServedMethods } from './served-methods.ts';

describe('the methods of a path', () => {
  const served = new ServedMethods();
  served.note({ url: '/v1/pats', method: 'GET' });
  served.note({ url: '/v1/pats', method: ['POST', 'HEAD'] });
  served.note({ url: '/v1/pats/:id', method: 'DELETE' });
  served.note({ url: '/v1/pats/verify', method: 'POST' });
  served.note({ url: '/.well-known/jwks.json', method: 'GET' });
  served.note({ url: '/*', method: 'GET' });

  it.each([
    ['/v1/pats', 'GET, HEAD, POST'],
    ['/v1/pats?limit=1', 'GET, HEAD, POST'],
    ['/v1/pats/Ab12Cd34', 'DELETE'],
    ['/v1/pats/verify', 'DELETE, POST'],
    ['/.well-known/jwks.json', 'GET'],
    ['/Xwell-known/jwks.json', ''],
    ['/v1/pats/', ''],
    ['/v1/pats/Ab12Cd34/more', ''],
    ['/nowhere', ''],
    ['', ''],
  ])('%s: %s', (url, allow) => {
    expect(served.at(url)).toBe(allow);
  });
});
