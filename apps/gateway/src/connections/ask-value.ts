import { connectionValueAnswerSchema, connectionValuePath, identityHeader, type ConnectionValueAnswer, type ConnectionValueAsk } from '@latchkey/contracts';
import type { AssertionSigner } from '../assertion/assertion-signer.ts';
import type { Upstream } from '../upstreams/upstream.ts';

/** A refresh at a slow authorization server fits in. */
const timeoutMs = 10_000;

/** Asks keys, over the pool that management requests take; the gateway speaks for itself, which only it can sign. */
export const askValue = ({ gatewayUrl, keys, assertions }: { gatewayUrl: string; keys: Upstream; assertions: AssertionSigner }) =>
  async (question: ConnectionValueAsk): Promise<ConnectionValueAnswer> => {
    const assertion = await assertions.sign({ sub: gatewayUrl, aud: keys.audience, scope: '', credential: { kind: 'gateway', id: 'gateway' } });
    const { statusCode, body } = await keys.pool.request({
      path: connectionValuePath, method: 'POST', signal: AbortSignal.timeout(timeoutMs), body: JSON.stringify(question),
      headers: { 'content-type': 'application/json', accept: 'application/json', [identityHeader]: assertion },
    });
    if (statusCode !== 200) {
      await body.dump();
      throw new Error(`keys answered ${statusCode}`);
    }
    const answer = connectionValueAnswerSchema.safeParse(await body.json());
    // What does not fit may hold a value: no error tells of it.
    if (!answer.success) throw new Error('keys answered something else');
    return answer.data;
  };
