import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InProcessFeed } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { Registry } from 'prom-client';
import { readGatewayEnv } from '../env.ts';
import { assembleGateway } from '../gateway.ts';
import { CallMetrics } from '../metrics/call-metrics.ts';
import { CallNames } from '../metrics/call-names.ts';
import { RequestMetrics } from '../metrics/request-metrics.ts';
import { replicaWith } from '../testing/principals.ts';

const document = readFileSync(new URL('../../../../docs/request-lifecycle.md', import.meta.url), 'utf8');

async function stages() {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const env = readGatewayEnv({
    LATCHKEY_GATEWAY_SIGNING_KEY: JSON.stringify(await exportJWK(privateKey)), LATCHKEY_SESSION_SEALING_KEY: randomBytes(32).toString('base64'),
  });
  const names = new CallNames();
  const metrics = { requests: new RequestMetrics(new Registry()), calls: new CallMetrics(new Registry(), names) };
  const gateway = await assembleGateway({
    env, replica: replicaWith(), isReady: () => true, logger: createLogger('gateway', 'silent'), feed: new InProcessFeed(), metrics, names,
    proofs: { proofAgeMs: () => 0, provenAtMs: () => performance.now(), fenceNow: () => Promise.resolve(true) }, feedMetrics: { asked: () => undefined, denied: () => undefined },
  });
  await gateway.close();
  return gateway.stages;
}

describe('the pipeline', () => {
  verifies('GW-01', 'has one order, and no stage moves without this list being changed', async () => {
    expect((await stages()).map(({ name }) => name)).toEqual([
      'stripReservedHeaders', 'checkOrigin', 'awaitConsistency', 'matchRoute', 'authenticate', 'readEndUser', 'readMessage', 'proveFreshness', 'authorize', 'limitRate', 'answerAuthz', 'answerExplain', 'answerFreshness', 'servePlatform', 'selectUpstream', 'serveTools', 'attachConnection', 'forward', 'record',
    ]);
  });

  verifies('GW-01', 'is what docs/request-lifecycle.md says, stage by stage and status by status', async () => {
    const rows = [...document.matchAll(/^\| `(\w+)` \| ([\d, ]*)\|/gm)].map(([, name, statuses]) => ({ name, statuses: (statuses ?? '').split(',').map((text) => text.trim()).filter((text) => text !== '').map(Number) }));
    expect(rows).toEqual((await stages()).map(({ name, statuses }) => ({ name, statuses: [...statuses].sort((a, b) => a - b) })));
  });
});
