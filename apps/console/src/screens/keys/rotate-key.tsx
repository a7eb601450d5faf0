import type { MintedPat, Pat } from '@latchkey/contracts';
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

const graces = [{ value: '0', label: 'At once' }, { value: '3600', label: 'In an hour' }, { value: '86400', label: 'In a day' }, { value: '604800', label: 'In a week' }];

export function RotateKey({ pat, onClose }: { pat: Pat; onClose: () => void }) {
  const [grace, setGrace] = useState('86400');
  const rotate = useChange<{ graceSeconds: number }, MintedPat>({ method: 'POST', path: `/v1/pats/${pat.id}/rotate`, once: true });
  const done = () => {
    rotate.reset();
    onClose();
  };
  if (rotate.data !== undefined) return <OneTimeSecret title={`The new key of ${shown(pat.name)}`} secret={rotate.data.token} onDone={done} />;
  return (
    <Dialog onClose={onClose} title="Rotate the key">
      <Stack>
        <Text size="sm"><Foreign>{pat.name}</Foreign> gets a new secret with the same rights. The old one was last used <Moment at={pat.lastUsedAt} />; what still shows it then stops working.</Text>
        <Select label="The old one ends" data={graces} value={grace} allowDeselect={false} onChange={(next) => setGrace(next ?? grace)} />
        <ProblemNote error={rotate.error} />
        <Group justify="flex-end"><Button variant="default" onClick={onClose}>Cancel</Button><Button loading={rotate.isPending} onClick={() => rotate.mutate({ graceSeconds: Number(grace) })}>Rotate</Button></Group>
      </Stack>
    </Dialog>
  );
}
