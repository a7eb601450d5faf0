import { EnvironmentError } from '@latchkey/service';
import { gatewayJwksUrl, readKeysEnv } from './env.ts';

const masterKey = Buffer.alloc(32, 7);
const least = {
  DATABASE_URL: 'postgres://localhost/x', LATCHKEY_KEYS_URL: 'http://keys:8082', LATCHKEY_GATEWAY_URL: 'https://gw.example', LATCHKEY_MASTER_KEY: masterKey.toString('base64'),
};

describe('the environment of the key service', () => {
  it('pins its defaults', () => {
    const env = readKeysEnv(least);
    expect(env).toEqual({
      ...least, LATCHKEY_MASTER_KEY: [masterKey], HOST: '0.0.0.0', PORT: 8082, LATCHKEY_LOG_LEVEL: 'info', LATCHKEY_GITHUB_KEYS_URL: 'https://api.github.com/meta/public_keys/secret_scanning', LATCHKEY_TOKEN_PREFIX: 'lk_pat_',
      LATCHKEY_ALLOW_PRIVATE_UPSTREAMS: false, LATCHKEY_WEBHOOK_TIMEOUT_MS: 15_000, LATCHKEY_MIGRATE: true, LATCHKEY_DRAIN_SECONDS: 30, LATCHKEY_RATE_LIMIT_PER_MINUTE: 100,
    });
    expect(gatewayJwksUrl(env)).toBe('https://gw.example/.well-known/jwks.json');
    expect(gatewayJwksUrl({ ...env, LATCHKEY_GATEWAY_JWKS_URL: 'http://gateway:8080/jwks' })).toBe('http://gateway:8080/jwks');
  });

  it('names everything that is missing or wrong at once, and no value', () => {
    try {
      readKeysEnv({ LATCHKEY_KEYS_URL: 'http://keys:8082/', LATCHKEY_TOKEN_PREFIX: '.*', LATCHKEY_MASTER_KEY: 'short-secret', PORT: '70000' });
      throw new Error('it passed');
    } catch (error) {
      expect(error).toBeInstanceOf(EnvironmentError);
      for (const name of ['DATABASE_URL', 'LATCHKEY_KEYS_URL', 'LATCHKEY_GATEWAY_URL', 'LATCHKEY_TOKEN_PREFIX', 'LATCHKEY_MASTER_KEY', 'PORT']) expect((error as Error).message).toContain(name);
      expect((error as Error).message).not.toMatch(/70000|\.\*|short-secret/);
    }
  });
});
