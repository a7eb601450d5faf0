import type { Exchange } from './exchange.ts';
import type { Later } from './later.ts';

/** `answered`: the response is given, later stages but the last do not run. A refusal is thrown and rendered in one place. */
export type StageOutcome = 'answered' | void;

export interface Stage {
  name: string;
  /** Every status with which this stage itself may end a request; `docs/request-lifecycle.md` lists the same. */
  statuses: readonly number[];
  run(exchange: Exchange): StageOutcome | Promise<StageOutcome> | Later<StageOutcome>;
}
