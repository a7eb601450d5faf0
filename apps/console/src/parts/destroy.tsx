import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { ProblemNote } from './problem-note.tsx';

interface DestroyProps {
  title: string;
  /** What it will break: who used it when, what hangs on it */
  children: ReactNode;
  /** What the button says: `Revoke the key` */
  action: string;
  /** Where more than a click is wanted: what has to be typed */
  typed?: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something ends that cannot be brought back. */
export function Destroy({ title, children, action, typed, busy, error, onConfirm, onClose }: DestroyProps) {
  const [text, setText] = useState('');
  return (
    <Dialog onClose={onClose} title={title}>
      <Stack>
        <Text component="div" size="sm">{children}</Text>
        {typed !== undefined && <TextInput label={<>Type <b>{typed}</b> to go on</>} value={text} onChange={(event) => setText(event.currentTarget.value)} autoComplete="off" />}
        <ProblemNote error={error} />
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={onClose}>Keep it</Button>
          <Button color="red" loading={busy} disabled={typed !== undefined && text !== typed} onClick={onConfirm}>{action}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
