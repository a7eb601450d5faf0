import { Problem } from '@latchkey/problem';

/** The one answer for a tool that is not there and for one that the caller may not know of (GW-52). */
export const noSuchTool = (): Problem => new Problem('not_found', { detail: 'This server has no such tool.' });
