import { Problem } from '@latchkey/problem';

/** Nobody can say whether this credential lives. That is our trouble and no fault of the caller's, so it is never a 401. */
export const stale = (): Problem => new Problem('state_stale', { headers: { 'retry-after': '1' } });
