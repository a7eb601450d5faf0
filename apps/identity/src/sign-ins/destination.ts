import { z } from 'zod';

/** Where a sign-in that takes several pages began, and goes on when it is done: the console, or an authorization request. */
export const destinationSchema = z.string().regex(/^(?:console|connect|interaction:[A-Za-z0-9_-]{1,64})$/);
export type Destination = z.infer<typeof destinationSchema>;

const uidOf = (destination: Destination): string | null => (destination.startsWith('interaction:') ? destination.slice('interaction:'.length) : null);

/** Where the finished sign-in is taken up. */
export function continuePath(destination: Destination): string {
  const uid = uidOf(destination);
  return uid === null ? '/console/continue' : `/interaction/${uid}/continue`;
}

/** Where somebody begins again. */
export function startPath(destination: Destination): string {
  const uid = uidOf(destination);
  if (uid !== null) return `/interaction/${uid}`;
  return destination === 'connect' ? '/console/sign-in-methods' : '/console/sign-in';
}
