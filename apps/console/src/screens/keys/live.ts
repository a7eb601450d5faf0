import type { Pat } from '@latchkey/contracts';

/** Whether anything could still be done with it. */
export const isLive = ({ status }: Pick<Pat, 'status'>): boolean => status === 'active' || status === 'expiring';
