import { Random } from '../random.ts';
import type { Fault } from './fault.ts';
import { gatewayFaults } from './gateways.ts';
import { natsFaults } from './nats.ts';
import { postgresFaults } from './postgres.ts';
import { writerFaults } from './writers.ts';

export interface Planned {
  fault: Fault;
  /** Before it */
  pauseMs: number;
  seed: number;
}

export const faults: readonly Fault[] = [...natsFaults, ...writerFaults, ...postgresFaults, ...gatewayFaults];

/** What is broken in which order: every kind once, in an order of chance, then every kind again in another one, without an end. */
export function* planOf(seed: number, lane: Fault['lane']): Generator<Planned, never> {
  const random = new Random(seed * 2 + (lane === 'servers' ? 0 : 1));
  const kinds = faults.filter((fault) => fault.lane === lane);
  for (;;) {
    for (const fault of random.shuffled(kinds)) yield { fault, pauseMs: random.between(200, 1500), seed: random.below(2 ** 31) };
  }
}
