import type { Benchmark } from '../benchmark.ts';
import { fenceLoad } from './fence-load.ts';
import { gateway } from './gateway.ts';
import { identity } from './identity.ts';
import { jwtCheck } from './jwt-check.ts';
import { patCheck } from './pat-check.ts';
import { keys } from './keys.ts';
import { propagation } from './propagation.ts';
import { replay } from './replay.ts';
import { snapshot } from './snapshot.ts';
import { soak } from './soak.ts';
import { streams } from './streams.ts';
import { tokenTable } from './token-table.ts';
import { webhooks } from './webhooks.ts';

/** In the order in which they run. */
export const benchmarks: readonly Benchmark[] = [patCheck, jwtCheck, tokenTable, snapshot, replay, propagation, fenceLoad, gateway, streams, soak, identity, keys, webhooks];
