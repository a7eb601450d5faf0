import { generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import { SystemWallClock } from '@latchkey/clock';
import { accessTokenType } from '@latchkey/contracts';
import { AccessTokenReader, SigningKeys } from '@latchkey/gateway/credentials';
import { createLogger } from '@latchkey/telemetry';
import { importJWK, jwtVerify } from 'jose';
import type { Benchmark } from '../benchmark.ts';
import { sink, summarize } from '../measure.ts';

const tokens = 2000;
const cachedReads = 200_000;
const rounds = 7;
const issuer = 'https://id.example';
const resource = 'https://gateway.example/mcp/demo';

/** Microseconds of CPU of the whole process per operation: what other threads do for it counts, too. */
async function cpuOf(operations: number, work: (at: number) => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < operations; at += 1) sink.value += (await work(at)) === undefined ? 0 : 1;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / operations;
}

/** An access token from the header to a principal, as the gateway reads it; whether it was revoked is `pat-check`'s kind of lookup. */
export const jwtCheck: Benchmark = {
  name: 'jwt-check',
  about: 'signature, type, issuer, times and claims of an access token (ES256), seen before or not',
  async run(report) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const signed = Array.from({ length: tokens }, (_, at) => {
      const claims = {
        iss: issuer, sub: '00000000-0000-4000-8000-000000000001', aud: resource, exp: iat + 3600, iat, jti: `jti-${at}`, client_id: 'client',
        scope: 'mcp:read mcp:execute', org: 'acme', gid: 'grant', sid: 'session',
      };
      const text = `${part({ alg: 'ES256', typ: accessTokenType, kid: 'k1' })}.${part(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return { data: Buffer.from(text), signature, token: `${text}.${signature.toString('base64url')}` };
    });
    const keys = new SigningKeys({ jwks: () => ({ keys: [jwk] }) }, () => Promise.resolve([]), createLogger('bench', 'warn'));
    const reader = new AccessTokenReader({ issuer, keys, clock: new SystemWallClock() });
    const imported = await importJWK(jwk, 'ES256');

    const us = { raw: [] as number[], uncached: [] as number[], cached: [] as number[], jose: [] as number[], digest: [] as number[], nothing: [] as number[] };
    for (let round = 0; round <= rounds; round += 1) {
      reader.forget();
      const times = {
        raw: await cpuOf(tokens, (at) => verify('sha256', signed[at].data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signed[at].signature)),
        uncached: await cpuOf(tokens, (at) => reader.read(signed[at].token, resource)),
        cached: await cpuOf(cachedReads, (at) => reader.read(signed[at % tokens].token, resource)),
        jose: await cpuOf(tokens, (at) => jwtVerify(signed[at].token, imported, { issuer, audience: resource, algorithms: ['ES256'] })),
        digest: await cpuOf(cachedReads, (at) => hash('sha256', signed[at % tokens].token, 'binary')),
        nothing: await cpuOf(cachedReads, (at) => signed[at % tokens]),
      };
      if (round > 0) for (const [name, value] of Object.entries(times)) us[name as keyof typeof us].push(value);
    }
    const raw = summarize(us.raw);
    const yardstick = { name: 'crypto.verify, bare', value: raw.value };
    report({ name: 'crypto.verify, bare', unit: 'us', ...raw });
    report({ name: 'uncached', unit: 'us', ...summarize(us.uncached), yardstick, budget: raw.value * 1.3 });
    report({ name: "jose's jwtVerify, for comparison", unit: 'us', ...summarize(us.jose), yardstick });
    report({ name: 'awaiting nothing', unit: 'us', ...summarize(us.nothing) });
    const digest = summarize(us.digest);
    report({ name: 'SHA-256 of the token, bare', unit: 'us', ...digest });
    report({ name: 'cached, one of 2,000', unit: 'us', ...summarize(us.cached), yardstick: { name: 'SHA-256 of the token, bare', value: digest.value }, budget: 2 });
  },
};
