import { askPath, identityHeader, type Writer } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import type { AssertionSigner } from '../assertion/assertion-signer.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import type { AskChannel } from './asker.ts';

export const feedChannel = (feed: Pick<Feed, 'ask'>): AskChannel => ({
  name: 'feed',
  ask: (writer, question, timeoutMs) => feed.ask(`ask.${writer}`, question, timeoutMs),
});

export interface HttpChannelSources {
  gatewayUrl: string;
  service(name: Writer): Upstream;
  assertions: AssertionSigner;
}

const maxAnswerBytes = 256 * 1024;

/** Over the pools that management requests take; the gateway speaks for itself, which only it can sign. */
export const httpChannel = ({ gatewayUrl, service, assertions }: HttpChannelSources): AskChannel => ({
  name: 'http',
  async ask(writer, question, timeoutMs) {
    const { pool, audience } = service(writer);
    const signal = AbortSignal.timeout(timeoutMs);
    const assertion = await assertions.sign({ sub: gatewayUrl, aud: audience, scope: '', credential: { kind: 'gateway', id: 'gateway' } });
    const { statusCode, headers, body } = await pool.request({
      path: askPath, method: 'POST', signal, body: JSON.stringify(question),
      headers: { 'content-type': 'application/json', accept: 'application/json', [identityHeader]: assertion },
    });
    if (statusCode !== 200 || Number(headers['content-length'] ?? 0) > maxAnswerBytes) {
      await body.dump();
      throw new Error(`${writer} answered ${statusCode}`);
    }
    return body.json();
  },
});
