import { createRateLimiter, Limits } from '@latchkey/ratelimit';
import { verifies } from '@latchkey/testing';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { replicaWith } from '../../testing/principals.ts';
import { managementRoute } from '../../upstreams/management-routes.ts';
import { Exchange } from '../exchange.ts';
import { limitRate } from './limit-rate.ts';

const limiter = (name: string) => createRateLimiter({ name, limit: 1000, windowSeconds: 60 });

describe('the limits of what needs no login', () => {
  const stage = limitRate({ limits: new Limits({ name: 'c' }), defaultPerMinute: 1000, perAddress: limiter('a'), leaks: limiter('l'), hooksPerMinute: 3, replica: replicaWith() });

  function post(path: string, address: string): Promise<unknown> {
    const request = new IncomingMessage(Object.defineProperty(new Socket(), 'remoteAddress', { value: address }));
    const exchange = new Exchange(request, new ServerResponse(request), 'r', 0);
    const operation = managementRoute(path, 'POST');
    if (operation === null) throw new Error(`no such path: ${path}`);
    exchange.route = { kind: 'manage', operation, target: path, resource: 'x', url: 'x', template: 'x' };
    return Promise.resolve(stage.run(exchange));
  }

  verifies(['K9', 'G5'], 'incoming webhooks have one of their own, per address', async () => {
    for (let count = 0; count < 3; count += 1) await post('/v1/hooks/one', '203.0.113.1');
    await expect(post('/v1/hooks/other', '203.0.113.1')).rejects.toMatchObject({ code: 'rate_limited', headers: { 'retry-after': expect.any(String) as string } });
    await post('/v1/hooks/one', '203.0.113.2');
    await post('/v1/leaks', '203.0.113.1');
  });
});
