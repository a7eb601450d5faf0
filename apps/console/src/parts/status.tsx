import { Badge } from '@mantine/core';

const colours: Readonly<Record<string, string>> = {
  active: 'green', connected: 'green', up: 'green', success: 'green', ok: 'green', delivered: 'green', verified: 'green', accepted: 'green', succeeded: 'green',
  expiring: 'yellow', degraded: 'yellow', pending: 'yellow', failing: 'yellow', declined: 'gray', auth_required: 'yellow',
  expired: 'gray', revoked: 'gray', unknown: 'gray', disabled: 'gray',
  down: 'red', failed: 'red', refused: 'red',
};

/** A state, in a word and a colour: never in a colour alone. */
export const Status = ({ children }: { children: string }) => <Badge color={colours[children] ?? 'blue'}>{children.replaceAll('_', ' ')}</Badge>;
