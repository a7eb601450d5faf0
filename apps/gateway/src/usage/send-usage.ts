import { identityHeader, usagePath, type UsageReport } from '@latchkey/contracts';
import type { AssertionSigner } from '../assertion/assertion-signer.ts';
import type { Upstream } from '../upstreams/upstream.ts';

const timeoutMs = 2000;

/** Tells keys, over the pool that management requests take; the gateway speaks for itself, which only it can sign. */
export const sendUsage = ({ gatewayUrl, keys, assertions }: { gatewayUrl: string; keys: Upstream; assertions: AssertionSigner }) =>
  async (report: UsageReport): Promise<void> => {
    const assertion = await assertions.sign({ sub: gatewayUrl, aud: keys.audience, scope: '', credential: { kind: 'gateway', id: 'gateway' } });
    const { statusCode, body } = await keys.pool.request({
      path: usagePath, method: 'POST', signal: AbortSignal.timeout(timeoutMs), body: JSON.stringify(report),
      headers: { 'content-type': 'application/json', accept: 'application/json', [identityHeader]: assertion },
    });
    await body.dump();
    if (statusCode !== 204) throw new Error(`keys answered ${statusCode}`);
  };
