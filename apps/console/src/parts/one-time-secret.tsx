import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useBlocker } from 'react-router';
import { IconAlertTriangle } from '../icons.ts';
import { Copy } from './copy-button.tsx';
import { Dialog } from './dialog.tsx';

interface OneTimeSecretProps {
  title: string;
  secret: string;
  /** What to do with it */
  children?: ReactNode;
  /** Lets go of the secret: whoever holds it in a state or a mutation clears it now. */
  onDone: () => void;
}

/** Shows a secret this once. Leaving without having copied it asks first, and nothing of it stays in the page afterwards. */
export function OneTimeSecret({ title, secret, children, onDone }: OneTimeSecretProps) {
  const [copied, setCopied] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const blocker = useBlocker(!copied);
  useEffect(() => {
    if (copied) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [copied]);
  // A page that comes back from the browser's own memory would bring it along.
  useEffect(() => {
    addEventListener('pagehide', onDone);
    return () => removeEventListener('pagehide', onDone);
  }, [onDone]);

  const asking = leaving || blocker.state === 'blocked';
  const stay = () => {
    setLeaving(false);
    if (blocker.state === 'blocked') blocker.reset();
  };
  const leave = () => {
    if (blocker.state === 'blocked') blocker.proceed();
    onDone();
  };
  return (
    <Dialog onClose={() => (copied ? onDone() : setLeaving(true))} title={title} size="lg" closeOnClickOutside={false}>
      <Stack>
        <Alert color="yellow" variant="light" icon={<IconAlertTriangle size={18} />}>Copy it now. It is shown this once, and kept nowhere.</Alert>
        <Code block className="secret" data-testid="secret">{secret}</Code>
        <Group><Copy value={secret} label="Copy the secret" onCopied={() => setCopied(true)} /></Group>
        {children}
        {asking ? (
          <Alert color="red" variant="light" role="alert" title="Leave without copying it?">
            <Text size="sm" mb="sm">You did not copy it here. Once this closes nobody can show it again: you would have to make a new one.</Text>
            <Group><Button autoFocus onClick={stay}>Stay</Button><Button color="red" variant="light" onClick={leave}>Leave anyway</Button></Group>
          </Alert>
        ) : (
          <Group justify="flex-end"><Button onClick={() => (copied ? onDone() : setLeaving(true))}>Done</Button></Group>
        )}
      </Stack>
    </Dialog>
  );
}
