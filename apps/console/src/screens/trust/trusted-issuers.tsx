import type { TrustedIssuer } from '@latchkey/contracts';
import { Button, Stack } from '@mantine/core';
import { useOrg } from '../../api/me.tsx';
import { useAskPages } from '../../api/use-api.ts';
import { IconPlus, IconShieldLock } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useParam } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { IssuerCard } from './issuer-card.tsx';
import { TrustIssuer } from './trust-issuer.tsx';

/** Whose word lets programs in without a person at a browser (ID-JAG). */
export function TrustedIssuers() {
  const { role } = useOrg();
  const [adding, setAdding] = useParam('new');
  const list = useAskPages<TrustedIssuer>('/v1/trusted-issuers');
  const add = role === 'owner' ? <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding('1')}>Trust an issuer</Button> : undefined;
  return (
    <Stack>
      <ProblemNote error={list.error} />
      {list.isPending && <Waiting rows={2} height={120} />}
      {list.items?.length === 0 && <Empty icon={IconShieldLock} title="No trusted issuers" action={add}>An identity provider can say that a member wants a program connected, in a signed assertion (ID-JAG), and the member is asked nothing here. {role === 'owner' ? 'Name whose assertions are taken, and of which programs.' : 'An owner of the organization names whose are taken.'}</Empty>}
      {list.items?.map((issuer) => <IssuerCard key={issuer.id} issuer={issuer} />)}
      {list.items !== undefined && list.items.length > 0 && <div>{add}</div>}
      <More list={list} />
      {adding !== '' && role === 'owner' && <TrustIssuer onClose={() => setAdding(null)} />}
    </Stack>
  );
}
