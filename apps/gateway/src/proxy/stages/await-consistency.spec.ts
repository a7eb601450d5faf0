import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { verifies } from '@latchkey/testing';
import { patRecord, replicaWith, someMember } from '../../testing/principals.ts';
import { Exchange } from '../exchange.ts';
import { awaitConsistency } from './await-consistency.ts';

describe('X-Consistency', () => {
  const asked: string[] = [];
  let isProven = true;
  const replica = replicaWith(someMember, patRecord({ id: 'Ab3dEf9h', hash: 'x'.repeat(43) }));
  const stage = awaitConsistency({ replica, proofs: { fenceNow: (writer) => { asked.push(writer); return Promise.resolve(isProven); } } });
  const send = async (header: string | string[] | undefined): Promise<unknown> => {
    asked.splice(0);
    const request = new IncomingMessage(new Socket());
    if (header !== undefined) request.headers['x-consistency'] = header as string;
    return stage.run(new Exchange(request, new ServerResponse(request), 'r', 0));
  };

  verifies('G2', 'what the replica knows already is not asked for, of either writer', async () => {
    for (const known of [undefined, 'feed.identity.member.user-1@1', 'feed.keys.pat.Ab3dEf9h@2', 'feed.keys.pat.Ab3dEf9h@1']) await send(known);
    expect(asked).toEqual([]);
  });

  verifies('G2', 'what it does not know is waited for by a fence of its writer, and is 503 when none comes', async () => {
    for (const [newer, writer] of [['feed.keys.pat.Ab3dEf9h@3', 'keys'], ['feed.keys.pat.ZZZZZZZZ@1', 'keys'], ['feed.identity.member.user-1@2', 'identity'], ['feed.identity.jwks@9', 'identity'], ['feed.identity.client.~HPwM3fX8jOq37b7sEEUjox0Jg55HxLCfw6itVv1iAQk@1', 'identity']] as const) {
      await send(newer);
      expect([newer, asked]).toEqual([newer, [writer]]);
    }
    isProven = false;
    await expect(send('feed.keys.pat.ZZZZZZZZ@1')).rejects.toMatchObject({ code: 'state_stale', status: 503, headers: { 'retry-after': '1' } });
    await send('feed.keys.pat.Ab3dEf9h@2');
    isProven = true;
  });

  verifies('G2', 'what no answer of ours ever said is 400, and nobody is asked', async () => {
    for (const odd of ['', 'x', 'feed.keys.pat.x', 'feed.keys.pat.x@0', 'feed.keys.pat.x@-1', 'feed.gateway.pat.x@1', 'feed.keys.pat.x@1,feed.keys.pat.y@1', `feed.keys.pat.${'x'.repeat(200)}@1`, 'feed.keys.pat.x@99999999999999999999', ['feed.keys.pat.x@1', 'feed.keys.pat.x@1']]) {
      await expect(Promise.resolve().then(() => send(odd))).rejects.toMatchObject({ code: 'invalid_request', status: 400 });
      expect(asked).toEqual([]);
    }
  });
});
