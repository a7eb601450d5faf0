import { startBareWay, type BareWay } from './bare-way.ts';
import { answerCalls } from './calls.ts';
import { costOf, type Cost } from './cost.ts';

let way: BareWay | undefined;

const calls = {
  start: async (upstreamUrl: string): Promise<string> => (way = await startBareWay(upstreamUrl)).url,
  cost: (): Cost => costOf(process),
};
export type BareProxyCalls = typeof calls;

answerCalls(calls, async () => way?.close());
