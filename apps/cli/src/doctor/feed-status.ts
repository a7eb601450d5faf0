import { writers } from '@latchkey/contracts';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { isLoopback } from '../gateway-url.ts';
import { ask } from '../http.ts';
import type { World } from '../world.ts';

const ofWriter = z.object({ ageMs: z.number().nullable(), appliedSequence: z.number(), digestOk: z.boolean().nullable(), epoch: z.string().nullable() });
const feedStatusSchema = z.record(z.enum(writers), ofWriter);
export type FeedStatus = z.infer<typeof feedStatusSchema>;

/** Named, or 1000 above the gateway's port where that is on this machine. @throws Failure `usage` */
export function managementUrlOf(world: World, gateway: string, option: string | undefined): string {
  const named = option ?? world.env['LATCHKEY_MANAGEMENT_URL'] ?? '';
  const url = URL.parse(named === '' ? gateway : named);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Failure('usage', `${named} is no URL.`);
  if (named !== '') return url.origin;
  const port = Number(url.port) + 1000;
  if (!isLoopback(url) || url.port === '' || port > 65_535) throw new Failure('usage', 'The management port of the gateway is not for the outside, so it has to be named.', 'From where it can be reached: --management http://gateway.internal:9080');
  url.port = String(port);
  return url.origin;
}

/** @throws Failure */
export async function readFeedStatus(world: World, management: string): Promise<FeedStatus> {
  const { status, body } = await ask(world, `${management}/feed-status`);
  const { data } = feedStatusSchema.safeParse(body);
  if (status !== 200 || data === undefined) throw new Failure('unexpected_answer', `${management}/feed-status answered ${status}${status === 200 ? ' with something else' : ''}.`, 'Is this the management port of a gateway?');
  return data;
}

/** What is wrong with it, feed by feed. */
export const feedProblems = (status: FeedStatus, boundMs: number): string[] =>
  Object.entries(status).flatMap(([feed, { ageMs, digestOk }]) => {
    if (ageMs === null) return [`${feed}: nothing has been proven yet.`];
    if (ageMs > boundMs) return [`${feed}: the proof is ${ageMs} ms old, which is over ${boundMs} ms.`];
    return digestOk === false ? [`${feed}: what the gateway holds is not what the writer holds.`] : [];
  });
