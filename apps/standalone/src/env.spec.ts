import { generateKeyPairSync } from 'node:crypto';
import { managementPort } from '@latchkey/service';
import { readServiceEnvs, readStandaloneEnv } from './env.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const secrets = { masterKey: key, sessionSealingKey: key, gatewaySigningKey: JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })) };

describe('the environment of npm start', () => {
  const ports = (source: Record<string, string>) => {
    const { gateway, identity, keys } = readServiceEnvs(source, readStandaloneEnv(source), secrets, 'postgres://nowhere');
    return [gateway, identity, keys].map((env) => managementPort(env));
  };

  it('gives each service a management port of its own', () => {
    expect(ports({})).toEqual([9080, 9081, 9082]);
    expect(ports({ LATCHKEY_MANAGEMENT_PORT: '7000' })).toEqual([7000, 7001, 7002]);
    expect(ports({ LATCHKEY_MANAGEMENT_PORT: '0' })).toEqual([0, 0, 0]);
  });
});
