import type { DeletedIdentityProvider, IdentityProvider } from '@latchkey/contracts';
import { Button, Card, Code, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { EditProvider } from './edit-provider.tsx';

export function ProviderCard({ provider }: { provider: IdentityProvider }) {
  const { id, label, issuer, clientId, hasClientSecret, enabled, redirectUri, createdAt } = provider;
  const isAdmin = useIsAdmin();
  const { role } = useOrg();
  const path = `/v1/identity-providers/${id}`;
  const [asked, setAsked] = useState<'edit' | 'delete' | null>(null);
  const change = useChange<{ enabled: boolean }, IdentityProvider>({ method: 'PATCH', path });
  const remove = useChange<undefined, DeletedIdentityProvider>({ method: 'DELETE', path, touches: ['policies', 'grants'] });
  const close = () => setAsked(null);
  return (
    <Card withBorder component="section" aria-label={shown(label)}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="sm"><Title order={2} size="h5"><Foreign>{label}</Foreign></Title><Status>{enabled ? 'active' : 'disabled'}</Status></Group>
          <Group gap="xs">{role === 'owner' && <Button size="xs" variant="default" onClick={() => setAsked('edit')}>Change</Button>}{isAdmin && <Button size="xs" color="red" variant="light" onClick={() => setAsked('delete')}>Delete</Button>}</Group>
        </Group>
        <Text size="sm">At <Code className="foreign">{shown(issuer, 200)}</Code>, where Latchkey is <Code className="foreign">{shown(clientId, 100)}</Code>{hasClientSecret ? ' and has a secret' : ', without a secret'}. Added <Moment at={createdAt} />.</Text>
        <Text size="sm">This address has to be registered there as a redirect URI:</Text>
        <CodeBlock label="Copy the redirect URI">{redirectUri}</CodeBlock>
        <Switch label="Members can sign in with it" description="While it is off, whoever has no other way in stays out." disabled={role !== 'owner' || change.isPending} checked={enabled} onChange={(event) => change.mutate({ enabled: event.currentTarget.checked })} />
        <ProblemNote error={change.error} />
      </Stack>
      {asked === 'edit' && <EditProvider provider={provider} onClose={close} />}
      {asked === 'delete' && (
        <Destroy title={`Delete ${shown(label)}?`} action="Delete the provider" busy={remove.isPending} error={remove.error} onClose={close} onConfirm={() => remove.mutate(undefined, { onSuccess: close })}>
          Whoever signs in with it alone has to set a password first. Where the policy demands this provider, programs that were connected on its word end within seconds. Accounts stay.
        </Destroy>
      )}
    </Card>
  );
}
