import type { WebhookDelivery, WebhookDeliveryDetail } from '@latchkey/contracts';
import { Button, Code, List, Stack, Text } from '@mantine/core';
import { useAsk, useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { attemptErrorWords } from './words.ts';

/** One message: what was sent, and every attempt. */
export function Delivery({ path, onClose }: { path: string; onClose: () => void }) {
  const asked = useAsk<WebhookDeliveryDetail>(path);
  const replay = useChange<undefined, WebhookDelivery>({ method: 'POST', path: `${path}/replay`, body: () => undefined });
  return (
    <Dialog onClose={onClose} title="The message" size="xl">
      <Stack>
        <ProblemNote error={asked.error ?? replay.error} />
        {asked.isPending && <Waiting rows={3} />}
        {asked.data !== undefined && (
          <>
            <Text size="sm">Sent as <Code>webhook-id: {asked.data.eventId}</Code>, the same at every attempt:</Text>
            <Code block className="block" tabIndex={0} aria-label="What was sent">{asked.data.body}</Code>
            <List size="sm" type="ordered">
              {asked.data.log.map(({ number, at, durationMs, statusCode, error }) => <List.Item key={number}><Moment at={at} />: {statusCode !== null ? `answered ${statusCode}` : error === null ? 'on its way' : attemptErrorWords[error]} after {durationMs} ms</List.Item>)}
            </List>
            <Button data-autofocus loading={replay.isPending} disabled={asked.data.status === 'pending'} onClick={() => replay.mutate(undefined, { onSuccess: onClose })}>Send it again</Button>
          </>
        )}
      </Stack>
    </Dialog>
  );
}
