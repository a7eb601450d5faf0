import type { WebhookSecret } from '@latchkey/contracts';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Moment } from '../../parts/moment.tsx';

/** That there are secrets, and until when; never what they are. */
export function Secrets({ secrets, path, may }: { secrets: readonly WebhookSecret[]; path: string; may: boolean }) {
  const [ending, setEnding] = useState<string | null>(null);
  const end = useChange<string, unknown>({ method: 'DELETE', path: (id) => `${path}/secrets/${id}` });
  return (
    <Stack component="section" gap="xs" aria-labelledby="secrets">
      <Title order={2} size="h4" id="secrets">Secrets</Title>
      {secrets.map(({ id, createdAt, expiresAt }) => (
        <Group key={id} gap="sm">
          <Text size="sm">Made <Moment at={createdAt} />, {expiresAt === null ? 'the present one' : <>ends <Moment at={expiresAt} /></>}</Text>
          {may && expiresAt !== null && <Button size="xs" variant="light" color="red" onClick={() => setEnding(id)}>End it now</Button>}
        </Group>
      ))}
      {ending !== null && <Destroy title="End the old secret now?" action="End the secret" busy={end.isPending} error={end.error} onClose={() => setEnding(null)} onConfirm={() => end.mutate(ending, { onSuccess: () => setEnding(null) })}>Whoever still signs or checks with it, and does not know the new one, fails at once.</Destroy>}
    </Stack>
  );
}
