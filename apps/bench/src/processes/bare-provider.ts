import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import { answerCalls } from './calls.ts';
import { costOf, type Cost } from './cost.ts';

const resource = 'https://gateway.example/mcp/demo';
let server: Server | undefined;

/** The engine alone, with its store in memory: no database, no policy, nothing to revoke. One client, one key of each kind that identity has. */
const calls = {
  start: async (): Promise<{ issuer: string; resource: string; machine: { id: string; secret: string } }> => {
    const key = (type: 'ec' | 'rsa') =>
      (type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey.export({ format: 'jwk' });
    server = createServer();
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, {
      jwks: { keys: [{ ...key('ec'), alg: 'ES256', use: 'sig', kid: 'e' }, { ...key('rsa'), alg: 'RS256', use: 'sig', kid: 'r' }] } as never,
      clients: [{ client_id: 'machine', client_secret: 'a-secret-of-the-machine', redirect_uris: [], response_types: [], grant_types: ['client_credentials'] }],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({ scope: 'mcp:read mcp:execute', audience: resource, accessTokenTTL: 3600, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
        },
      },
    });
    server.on('request', provider.callback());
    return { issuer, resource, machine: { id: 'machine', secret: 'a-secret-of-the-machine' } };
  },
  cost: (): Cost => costOf(process),
};
export type BareProviderCalls = typeof calls;

answerCalls(calls, () => new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))));
