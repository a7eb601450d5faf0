import type { Connection, ConnectionHolder } from '@latchkey/contracts';
import { Stack, Text } from '@mantine/core';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { ago } from '../../parts/moment.tsx';

export function RevokeConnection({ connection: { id, name, server, per }, onClose }: { connection: Connection; onClose: () => void }) {
  const revoke = useChange<undefined, unknown>({ method: 'DELETE', path: `/v1/connections/${id}` });
  return (
    <Destroy title={`Revoke ${shown(name)}?`} action="Revoke the connection" busy={revoke.isPending} error={revoke.error} onClose={onClose} onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}>
      <Stack gap="xs">
        <Text size="sm">Calls to <b>{server}</b> go without <Foreign>{name}</Foreign> from now on, and fail where the server wants it. Its value{per === 'user' ? 's, of every user who connected,' : ''} {per === 'user' ? 'are' : 'is'} wiped and cannot be brought back.</Text>
        <Connected id={id} />
      </Stack>
    </Destroy>
  );
}

/** Who would have to connect anew, and since when they are. */
function Connected({ id }: { id: string }) {
  const holders = useAsk<Page<ConnectionHolder>>(`/v1/connections/${id}/holders`, { query: { limit: 100 } });
  if (holders.data === undefined) return <Text size="sm" c="dimmed">{holders.error === null ? 'Looking up who is connected …' : 'Who is connected cannot be read right now.'}</Text>;
  const connected = holders.data.items.filter(({ status }) => status === 'connected');
  const latest = connected.map(({ connectedAt }) => connectedAt).sort().at(-1);
  const many = `${connected.length}${holders.data.nextCursor === null ? '' : '+'}`;
  const project = connected.some(({ kind }) => kind === 'project');
  return <Text size="sm">{latest === undefined ? 'Nobody is connected by it right now.' : project ? `The whole project goes by it, with a value given ${ago(latest)}.` : `${many} ${many === '1' ? 'person is' : 'people are'} connected by it, last ${ago(latest)}.`}</Text>;
}
