import type { ConnectionRecord } from '@latchkey/contracts';

export interface Wanted {
  /** Of the server as it is registered now */
  origin: string;
  /** `X-Credential-Id` */
  named: string | undefined;
  /** Whether there is somebody who could have one of their own */
  hasHolder: boolean;
}

/** In the order in which they are asked for; `unknown`: the named one is none of this server's; `moved`: what there is was made for another place. */
export type Choice = readonly ConnectionRecord[] | 'unknown' | 'moved';

/**
 * With what to go to a server: what the caller names, or else the caller's own before the project's, and of several the oldest, so that a new one
 * takes over nobody's calls unasked.
 * @param records  of this server in its own project, oldest first
 */
export function chooseConnection(records: readonly ConnectionRecord[], { origin, named, hasHolder }: Wanted): Choice {
  const found = named === undefined ? records : records.filter(({ id }) => id === named.toLowerCase());
  if (named !== undefined && found.length === 0) return 'unknown';
  const here = found.filter((record) => record.origin === origin);
  if (here.length === 0 && found.length > 0) return 'moved';
  const own = here.find(({ per }) => per === 'user');
  const shared = here.find(({ per }) => per === 'project');
  return [own, shared].filter((record) => record !== undefined && (record.per === 'project' || hasHolder || named !== undefined)) as ConnectionRecord[];
}
