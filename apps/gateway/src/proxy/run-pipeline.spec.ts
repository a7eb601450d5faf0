import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Problem } from '@latchkey/problem';
import { createLogger } from '@latchkey/telemetry';
import type { Exchange } from './exchange.ts';
import { Later } from './later.ts';
import { runPipeline } from './run-pipeline.ts';
import type { Stage } from './stage.ts';

const numberOf = ({ request }: Exchange): string => request.url ?? '';

describe('requests of one turn', () => {
  let steps: string[] = [];
  const stage = (name: string, run: Stage['run'] = () => undefined): Stage => ({
    name, statuses: [],
    run(exchange) {
      steps.push(`${name} ${numberOf(exchange)}`);
      return run(exchange);
    },
  });
  const send = async (stages: readonly Stage[], ...urls: string[]): Promise<Record<string, number>> => {
    steps = [];
    const handle = runPipeline([...stages, stage('last')], createLogger('gateway', 'silent'));
    const responses = urls.map((url) => {
      const request = Object.assign(new IncomingMessage(new Socket()), { url, method: 'POST' });
      const response = new ServerResponse(request);
      handle(request, response);
      return response;
    });
    expect(steps).toEqual([]);
    for (let passed = 0; passed < 4; passed += 1) await turn();
    return Object.fromEntries(responses.map((response, at) => [urls[at] ?? '', response.statusCode]));
  };

  it('go through it stage by stage, and each comes to its end', async () => {
    await send([stage('first'), stage('second')], '1', '2');
    expect(steps).toEqual(['first 1', 'first 2', 'second 1', 'second 2', 'last 1', 'last 2']);
  });

  it('do not wait for each other, and none ends with another', async () => {
    const later = new Later<void>();
    const statuses = await send([
      stage('first', (exchange) => {
        if (numberOf(exchange) === 'refused') throw new Problem('ip_not_allowed');
        if (numberOf(exchange) === 'broken') throw new Error('of ours');
        if (numberOf(exchange) === 'answered') return exchange.answer(204, {}), 'answered';
        return numberOf(exchange) === 'waits' ? later : undefined;
      }),
      stage('second', (exchange) => (numberOf(exchange) === 'late' ? Promise.reject(new Problem('state_stale')) : undefined)),
    ], 'refused', 'waits', 'broken', 'late', 'answered', 'plain');
    expect(statuses).toEqual({ refused: 403, waits: 200, broken: 500, late: 503, answered: 204, plain: 200 });
    expect(steps.filter((step) => step.startsWith('second'))).toEqual(['second late', 'second plain']);
    expect(steps.filter((step) => step.startsWith('last')).sort()).toEqual(['last answered', 'last broken', 'last late', 'last plain', 'last refused']);
    later.give();
    await turn();
    expect(steps.slice(-2)).toEqual(['second waits', 'last waits']);
  });

  it('are known by whom they were sent, also where that one has left by the end of the turn', async () => {
    const addresses: string[] = [];
    const note = stage('first', ({ address }) => void addresses.push(address));
    const handle = runPipeline([note, stage('last')], createLogger('gateway', 'silent'));
    let remoteAddress: string | undefined = '192.0.2.1';
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { get: () => remoteAddress });
    const request = new IncomingMessage(socket);
    handle(request, new ServerResponse(request));
    remoteAddress = undefined;
    for (let passed = 0; passed < 2; passed += 1) await turn();
    expect(addresses).toEqual(['192.0.2.1']);
  });

  it('lose no turn to what is there already', async () => {
    const there = (): Later<void> => {
      const later = new Later<void>();
      later.give();
      return later;
    };
    await send([stage('first', there), stage('second')], '1', '2');
    expect(steps).toEqual(['first 1', 'first 2', 'second 1', 'second 2', 'last 1', 'last 2']);
  });
});
