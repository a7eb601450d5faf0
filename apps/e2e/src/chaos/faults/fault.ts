import type { Excuses } from '../excuses.ts';
import type { Fleet } from '../fleet.ts';
import type { Random } from '../random.ts';

export interface FaultScene {
  fleet: Fleet;
  excuses: Excuses;
  /** Of this one fault: what chance gives it does not depend on what others took. */
  random: Random;
}

/** Breaks something, waits, and puts it right again: when it resolves, the part works, or is on its way back by itself. */
export interface Fault {
  kind: string;
  /** Those of one lane follow each other; the lanes run side by side. */
  lane: 'servers' | 'gateways';
  /** @returns what is worth telling of it */
  run(scene: FaultScene): Promise<string | void>;
}
