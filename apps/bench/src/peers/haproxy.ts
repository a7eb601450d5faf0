import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, freePort, startServerProcess } from '@latchkey/testing';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { request } from 'undici';
import type { PeerWay, StartPeer } from './peer.ts';

const algorithms = ['ES256', 'RS256'] as const;
const people = 200;
const issuer = 'http://issuer.bench';
const audience = 'http://gateway.bench/mcp/demo';

interface Door {
  algorithm: (typeof algorithms)[number];
  port: number;
  publicKey: string;
  tokens: string[];
}

async function makeDoor(algorithm: Door['algorithm']): Promise<Door> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const now = Math.floor(Date.now() / 1000);
  const sign = (person: number): Promise<string> =>
    new SignJWT({ iss: issuer, aud: audience, sub: `user-${person}`, iat: now, exp: now + 3600, scope: 'mcp:read mcp:execute', client_id: 'client-1', org: 'acme' })
      .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: 'k1' }).sign(privateKey);
  return { algorithm, port: await freePort(), publicKey: await exportSPKI(publicKey), tokens: await Promise.all(Array.from({ length: people }, (_, person) => sign(person))) };
}

/** Signature, issuer, audience and life time of the token, at every request; nothing else that the gateway asks. */
function frontend({ algorithm, port }: Door, keyFile: string): string[] {
  const claim = (name: string, type = ''): string => `  http-request set-var(txn.${name}) http_auth_bearer,jwt_payload_query('$.${name}'${type})`;
  return [
    `frontend ${algorithm}`,
    `  bind 127.0.0.1:${port}`,
    `  http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')`,
    claim('iss'), claim('aud'), claim('exp', `,'int'`),
    '  http-request set-var(txn.now) date()',
    `  http-request deny deny_status 401 unless { var(txn.alg) -m str ${algorithm} }`,
    `  http-request deny deny_status 401 unless { var(txn.iss) -m str ${issuer} }`,
    `  http-request deny deny_status 401 unless { var(txn.aud) -m str ${audience} }`,
    '  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }',
    `  http-request deny deny_status 401 unless { http_auth_bearer,jwt_verify(txn.alg,"${keyFile}") -m int 1 }`,
    '  default_backend demo',
  ];
}

/** With `jwt_verify`, which verifies each token each time. */
export const haproxy: StartPeer = async (upstreamUrl) => {
  const program = findProgram(['haproxy'], 'HAPROXY_BIN');
  const { host, pathname } = new URL(upstreamUrl);
  const doors = await Promise.all(algorithms.map(makeDoor));
  const [first] = doors;
  const server = await startServerProcess({
    program,
    args: (directory) => {
      const doorsOpen = doors.flatMap((door) => {
        const keyFile = join(directory, `${door.algorithm}.pem`);
        writeFileSync(keyFile, door.publicKey);
        return frontend(door, keyFile);
      });
      const file = join(directory, 'haproxy.cfg');
      writeFileSync(file, [
        'global', '  nbthread 1', '  maxconn 1000',
        'defaults', '  mode http', '  timeout connect 5s', '  timeout client 60s', '  timeout server 60s', '  http-reuse always',
        ...doorsOpen, 'backend demo', `  server one ${host}`, '',
      ].join('\n'));
      return ['-db', '-f', file];
    },
    ready: async () => {
      const { statusCode, body } = await request(`http://127.0.0.1:${first.port}${pathname}`);
      await body.dump();
      if (statusCode !== 401) throw new Error(`haproxy answers ${statusCode} without a token`);
    },
  });
  const ways = Object.fromEntries(doors.map(({ algorithm, port, tokens }): [string, PeerWay] =>
    [`HAProxy, jwt_verify ${algorithm}`, { url: `http://127.0.0.1:${port}${pathname}`, authorization: (at) => `Bearer ${tokens[at % people]}` }]));
  return { pid: server.pid, ways, stop: () => server.stop() };
};
