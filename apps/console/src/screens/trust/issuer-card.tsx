import type { DistrustedIssuer, OauthClient, TrustedIssuer } from '@latchkey/contracts';
import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useOrg } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Subjects } from './subjects.tsx';

export function IssuerCard({ issuer: { id, issuer, jwksUri, clients, linkByEmail, addedBy, createdAt } }: { issuer: TrustedIssuer }) {
  const { role } = useOrg();
  const nameOf = useMemberNames();
  const known = useAsk<Page<OauthClient>>('/v1/oauth-clients', { query: { kind: 'confidential', limit: 100 } });
  const [ending, setEnding] = useState(false);
  const end = useChange<undefined, DistrustedIssuer>({ method: 'DELETE', path: `/v1/trusted-issuers/${id}`, touches: ['grants'] });
  return (
    <Card withBorder component="section" aria-label={shown(issuer)}>
      <Stack gap="sm">
        <Group justify="space-between"><Title order={2} size="h5"><Foreign max={120}>{issuer}</Foreign></Title>{role !== 'member' && <Button size="xs" color="red" variant="light" onClick={() => setEnding(true)}>End the trust</Button>}</Group>
        <Facts of={`What is known of ${shown(issuer)}`}>
          <Fact name="Its keys">{shown(jwksUri, 200)}</Fact>
          <Fact name="Programs">{clients.map((client) => shown(known.data?.items.find(({ id: own }) => own === client)?.name ?? client)).join(', ')}</Fact>
          <Fact name="Trusted by">{shown(nameOf(addedBy))}, <Moment at={createdAt} /></Fact>
        </Facts>
        <Text size="sm">{linkByEmail ? 'A member is recognized, the first time, by an address that the issuer says it has verified.' : 'Only members whom an owner has named are recognized.'}</Text>
        {role === 'owner' && <Subjects issuer={id} />}
      </Stack>
      {ending && (
        <Destroy title="End this trust?" action="End the trust" busy={end.isPending} error={end.error} onClose={() => setEnding(false)} onConfirm={() => end.mutate(undefined, { onSuccess: () => setEnding(false) })}>
          Assertions of <Foreign max={120}>{issuer}</Foreign> are taken no more, and what came of them ends within seconds: {clients.length} {clients.length === 1 ? 'program loses' : 'programs lose'} the access of every member it was connected for this way.
        </Destroy>
      )}
    </Card>
  );
}
