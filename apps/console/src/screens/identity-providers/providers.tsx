import type { IdentityProvider } from '@latchkey/contracts';
import { Button, Stack } from '@mantine/core';
import { useOrg } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconPlus, IconUsers } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { AddProvider } from './add-provider.tsx';
import { ProviderCard } from './provider-card.tsx';

/** Where members sign in, beside their password or in its place. */
export function Providers() {
  const { role } = useOrg();
  const [adding, setAdding] = useParam('new');
  const list = useAskPages<IdentityProvider>('/v1/identity-providers');
  // Whoever names a provider says who may speak for every member, owners included.
  const add = role === 'owner' ? <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding('1')}>Add a provider</Button> : undefined;
  return (
    <Stack>
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={2} height={160} />}
      {list.items?.length === 0 && <Empty icon={IconUsers} title="No sign-in of its own" action={add}>Members sign in at Google, Entra, Okta or any other OpenID provider that the organization has. {role === 'owner' ? 'It counts for who links an account there, and the policy can demand it.' : 'An owner of the organization adds one.'}</Empty>}
      {list.items?.map((provider) => <ProviderCard key={provider.id} provider={provider} />)}
      {list.items !== undefined && list.items.length > 0 && <div>{add}</div>}
      <More list={list} />
      {adding !== '' && role === 'owner' && <AddProvider onClose={() => setAdding(null)} />}
    </Stack>
  );
}
