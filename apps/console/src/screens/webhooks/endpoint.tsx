import type { WebhookDelivery, WebhookEndpoint, WebhookEndpointWithSecret } from '@latchkey/contracts';
import { Alert, Button, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { useAsk, useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { GiveNewSecret } from '../../parts/give-new-secret.tsx';
import { Header } from '../../parts/header.tsx';
import { Moment } from '../../parts/moment.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Deliveries } from './deliveries.tsx';
import { EditEndpoint } from './edit-endpoint.tsx';
import { LastDelivery } from './last-delivery.tsx';
import { Secrets } from './secrets.tsx';

export function Component() {
  const { id = '' } = useParams();
  const { org } = useOrg();
  const navigate = useNavigate();
  const nameOf = useMemberNames();
  const path = `/v1/webhooks/endpoints/${id}`;
  const asked = useAsk<WebhookEndpoint>(path, { everyMs: 10_000 });
  const ping = useChange<undefined, WebhookDelivery>({ method: 'POST', path: `${path}/ping`, body: () => undefined });
  const rotate = useChange<{ overlapSeconds: number }, WebhookEndpointWithSecret>({ method: 'POST', path: `${path}/rotate-secret` });
  const remove = useChange<undefined, unknown>({ method: 'DELETE', path });
  const [dialog, setDialog] = useState<'edit' | 'rotate' | 'delete' | null>(null);
  const close = () => {
    rotate.reset();
    setDialog(null);
  };
  if (asked.data === undefined) return <><Header title="Endpoint" />{asked.error === null ? <Waiting rows={5} /> : <ProblemNote error={asked.error} />}</>;
  const { url, description, events, status, failingSince, pausedUntil, disabledReason, secrets, createdBy, createdAt } = asked.data;
  return (
    <>
      <Header title={url} about={<Foreign max={200}>{description}</Foreign>}>
        <Button variant="default" loading={ping.isPending} onClick={() => ping.mutate(undefined)}>Send a test</Button>
        <Button variant="default" onClick={() => setDialog('edit')}>Change</Button>
        <Button variant="default" onClick={() => setDialog('rotate')}>New secret</Button>
        <Button color="red" variant="light" onClick={() => setDialog('delete')}>Delete</Button>
      </Header>
      <Stack gap="xl">
        <ProblemNote error={ping.error} />
        {failingSince !== null && <Alert color="yellow" title="It does not take messages">Since <Moment at={failingSince} />. The next one is tried {pausedUntil === null ? 'soon' : <Moment at={pausedUntil} />}, and everything that waits after it.</Alert>}
        {disabledReason === 'gone' && <Alert color="red" title="Switched off">It answered that it is gone for good. Change it to switch it on again.</Alert>}
        <Facts of="The endpoint">
          <Fact name="Status"><Status>{status}</Status></Fact>
          <Fact name="Told of">{events.includes('*') ? 'everything' : events.join(', ')}</Fact>
          <Fact name="Made"><Moment at={createdAt} /> by <Foreign>{nameOf(createdBy)}</Foreign></Fact>
        </Facts>
        <Secrets secrets={secrets} path={path} may />
        <section aria-labelledby="deliveries"><Title order={2} size="h4" mb="sm" id="deliveries">Messages</Title><Deliveries path={path} /></section>
      </Stack>
      {dialog === 'edit' && <EditEndpoint endpoint={asked.data} onClose={close} />}
      {dialog === 'rotate' && (rotate.data !== undefined
        ? <OneTimeSecret title="The new secret of the endpoint" secret={rotate.data.secret} onDone={close} />
        : <GiveNewSecret busy={rotate.isPending} error={rotate.error} onClose={close} onGive={(overlapSeconds) => rotate.mutate({ overlapSeconds })}>Messages are signed with both until the old one ends, so the receiver may change over meanwhile.</GiveNewSecret>)}
      {dialog === 'delete' && (
        <Destroy title="Delete the endpoint?" action="Delete the endpoint" busy={remove.isPending} error={remove.error} onClose={close} onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate(`/orgs/${org}/webhooks?tab=out`) })}>
          <Foreign max={300}>{url}</Foreign> is told nothing any more. <LastDelivery path={path} /> Messages that wait for it are dropped, and the list of those that were sent goes with it.
        </Destroy>
      )}
    </>
  );
}
