import type { Domain, DomainCheck } from '@latchkey/contracts';
import { Button, Card, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useIsAdmin } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';

const checks: Readonly<Record<DomainCheck, string>> = { found: 'the record was there', missing: 'there was no such record', other_value: 'the record had another value', unreachable: 'the DNS gave no answer' };

export function DomainCard({ domain: { domain, status, challenge, autoJoin, lastCheck } }: { domain: Domain }) {
  const isAdmin = useIsAdmin();
  const path = `/v1/domains/${domain}`;
  const [deleting, setDeleting] = useState(false);
  const verify = useChange<undefined, Domain>({ method: 'POST', path: `${path}/verify`, body: () => undefined });
  const change = useChange<{ autoJoin: boolean }, Domain>({ method: 'PATCH', path });
  const remove = useChange<undefined, unknown>({ method: 'DELETE', path });
  return (
    <Card withBorder component="section" aria-label={domain}>
      <Stack gap="sm">
        <Group justify="space-between"><Group gap="sm"><Title order={2} size="h5"><Foreign>{domain}</Foreign></Title><Status>{status}</Status></Group>{isAdmin && <Group gap="xs"><Button size="xs" variant="default" loading={verify.isPending} onClick={() => verify.mutate(undefined)}>Look for it now</Button><Button size="xs" color="red" variant="light" onClick={() => setDeleting(true)}>Give it up</Button></Group>}</Group>
        <Text size="sm">{status === 'verified' ? 'This record proves it, and has to stay:' : 'Put this record into its DNS. It is looked for by itself from time to time.'}</Text>
        <CodeBlock label="Copy the record">{`${challenge.name} ${challenge.type} "${challenge.value}"`}</CodeBlock>
        {lastCheck !== null && <Text size="sm" c="dimmed">Looked <Moment at={lastCheck.at} />: {checks[lastCheck.outcome]}.</Text>}
        <Switch label="Whoever has a confirmed address in it becomes a member" disabled={!isAdmin || status !== 'verified' || change.isPending} checked={autoJoin} onChange={(event) => change.mutate({ autoJoin: event.currentTarget.checked })} />
        <ProblemNote error={verify.error ?? change.error} />
      </Stack>
      {deleting && <Destroy title={`Give up ${domain}?`} action="Give it up" busy={remove.isPending} error={remove.error} onClose={() => setDeleting(false)} onConfirm={() => remove.mutate(undefined, { onSuccess: () => setDeleting(false) })}>Nobody becomes a member by an address in it any more, and another organization may prove it for itself. Who is a member stays one.</Destroy>}
    </Card>
  );
}
