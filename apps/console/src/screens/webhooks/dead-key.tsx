import type { Pat } from '@latchkey/contracts';
import { Alert, Code } from '@mantine/core';
import { useAsk } from '../../api/use-api.ts';
import { Moment } from '../../parts/moment.tsx';
import { isLive } from '../keys/live.ts';

/** Says when the key of a webhook is dead or about to be, where the reader may see the key: it is made once, and nothing replaces it. */
export function DeadKey({ id }: { id: string }) {
  const { data: key } = useAsk<Pat>(`/v1/pats/${id}`, { everyMs: 30_000 });
  if (key === undefined || (isLive(key) && key.expiresAt === null)) return null;
  const what = <Code>lk_pat_{id}…</Code>;
  return isLive(key)
    ? <Alert color="yellow" title="Its key ends">The tool is called with the key {what}, which ends <Moment at={key.expiresAt} />. Every call is refused from then on: let the sender in anew before, and delete this.</Alert>
    : <Alert color="red" title={`Its key is ${key.status}`} role="alert">The tool was called with the key {what}, which ended <Moment at={key.revokedAt ?? key.expiresAt} />. Every call is refused. Let the sender in anew, and delete this.</Alert>;
}
