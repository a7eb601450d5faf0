import { EnvironmentError, managementPort } from '@latchkey/service';
import { exportJWK, generateKeyPair } from 'jose';
import { readGatewayEnv } from './env.ts';

const signing = JSON.stringify(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey));
const sealing = Buffer.alloc(32, 7).toString('base64');

describe('readGatewayEnv', () => {
  it('needs its two keys and nothing else', () => {
    const env = readGatewayEnv({ LATCHKEY_GATEWAY_SIGNING_KEY: signing, LATCHKEY_SESSION_SEALING_KEY: sealing });
    expect(env).toMatchObject({ PORT: 8080, LATCHKEY_GATEWAY_URL: 'http://localhost:8080', LATCHKEY_ISSUER: 'http://localhost:8081', LATCHKEY_RATE_LIMIT_PER_MINUTE: 100, LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: false });
    expect(env.LATCHKEY_SESSION_SEALING_KEY).toEqual(Buffer.alloc(32, 7));
  });

  it('lists everything that is wrong, and never a key', () => {
    const bad = () => readGatewayEnv({ LATCHKEY_GATEWAY_SIGNING_KEY: '{"kty":"oct","k":"hunter2"}', LATCHKEY_SESSION_SEALING_KEY: 'c2hvcnQ=', PORT: '70000', LATCHKEY_GATEWAY_URL: 'ftp://x' });
    expect(bad).toThrow(EnvironmentError);
    for (const name of ['PORT', 'LATCHKEY_GATEWAY_URL', 'LATCHKEY_GATEWAY_SIGNING_KEY', 'LATCHKEY_SESSION_SEALING_KEY']) expect(bad).toThrow(new RegExp(`- ${name}:`));
    expect(bad).not.toThrow(/hunter2|c2hvcnQ/);
  });
});

describe('the management port', () => {
  const read = (more: Record<string, string>) => readGatewayEnv({ LATCHKEY_GATEWAY_SIGNING_KEY: signing, LATCHKEY_SESSION_SEALING_KEY: sealing, ...more });

  it('is 1000 above the main one, or as told, or any that is free, and never the main one', () => {
    expect(managementPort(read({}))).toBe(9080);
    expect(managementPort(read({ LATCHKEY_MANAGEMENT_PORT: '7000' }))).toBe(7000);
    for (const more of [{ PORT: '0' }, { PORT: '65000' }, { LATCHKEY_MANAGEMENT_PORT: '0' }] as Record<string, string>[]) expect(managementPort(read(more))).toBe(0);
    expect(() => read({ PORT: '8080', LATCHKEY_MANAGEMENT_PORT: '8080' })).toThrow(/LATCHKEY_MANAGEMENT_PORT: must differ/);
  });

  it('the bounds of freshness have a floor of one second', () => {
    expect(read({})).toMatchObject({ LATCHKEY_FRESHNESS_BOUND_MS: 5000, LATCHKEY_FRESHNESS_BOUND_WRITE_MS: 2000 });
    for (const name of ['LATCHKEY_FRESHNESS_BOUND_MS', 'LATCHKEY_FRESHNESS_BOUND_WRITE_MS']) expect(() => read({ [name]: '999' })).toThrow(new RegExp(name));
  });
});
