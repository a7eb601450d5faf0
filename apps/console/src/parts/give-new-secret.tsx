import { Select, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { FormButtons } from './form-buttons.tsx';
import { ProblemNote } from './problem-note.tsx';

const graces = [{ value: '0', label: 'At once' }, { value: '3600', label: 'In an hour' }, { value: '86400', label: 'In a day' }, { value: '604800', label: 'In a week' }];

interface GiveNewSecretProps {
  /** What still uses the old one */
  children: ReactNode;
  busy: boolean;
  error: unknown;
  /** @param seconds  for how long the old one is good */
  onGive: (seconds: number) => void;
  onClose: () => void;
}

/** Asks for how long the secret of before goes on. */
export function GiveNewSecret({ children, busy, error, onGive, onClose }: GiveNewSecretProps) {
  const [grace, setGrace] = useState('86400');
  return (
    <Dialog onClose={onClose} title="Make a new secret">
      <form onSubmit={(event) => { event.preventDefault(); onGive(Number(grace)); }}>
        <Stack>
          <Text size="sm" component="div">{children}</Text>
          <Select label="The old one ends" data-autofocus data={graces} value={grace} allowDeselect={false} onChange={(next) => setGrace(next ?? grace)} />
          <ProblemNote error={error} />
          <FormButtons action="Make a new secret" busy={busy} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
