import type { WebhookSubscription, WebhookSubscriptionWithSecret } from '@latchkey/contracts';
import { Alert, Button, Code, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { useAsk, useChange } from '../../api/use-api.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Destroy } from '../../parts/destroy.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { GiveNewSecret } from '../../parts/give-new-secret.tsx';
import { Header } from '../../parts/header.tsx';
import { Moment } from '../../parts/moment.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { DeadKey } from './dead-key.tsx';
import { EditSubscription } from './edit-subscription.tsx';
import { HookDeliveries } from './hook-deliveries.tsx';
import { LastDelivery } from './last-delivery.tsx';
import { Secrets } from './secrets.tsx';
import { verifierWords } from './words.ts';

export function Component() {
  const { id = '' } = useParams();
  const { org, projects } = useOrg();
  const isAdmin = useIsAdmin();
  const navigate = useNavigate();
  const nameOf = useMemberNames();
  const path = `/v1/webhooks/subscriptions/${id}`;
  const asked = useAsk<WebhookSubscription>(path, { everyMs: 10_000 });
  const rotate = useChange<{ overlapSeconds: number }, WebhookSubscriptionWithSecret>({ method: 'POST', path: `${path}/rotate-secret` });
  const remove = useChange<undefined, unknown>({ method: 'DELETE', path, touches: ['pats'] });
  const [dialog, setDialog] = useState<'edit' | 'rotate' | 'delete' | null>(null);
  const close = () => {
    rotate.reset();
    setDialog(null);
  };
  if (asked.data === undefined) return <><Header title="Webhook" />{asked.error === null ? <Waiting rows={5} /> : <ProblemNote error={asked.error} />}</>;
  const { name, project, action, verifier, enabled, url, key, owner, secrets, refused, createdAt } = asked.data;
  const may = isAdmin || projects[project] === 'admin';
  return (
    <>
      <Header title={name} about={<>What this sender signs calls <Code>{action.server}:{action.tool}</Code> in project {project}.</>}>
        {may && <Button variant="default" onClick={() => setDialog('edit')}>Change</Button>}
        {may && <Button variant="default" onClick={() => setDialog('rotate')}>New secret</Button>}
        {may && <Button color="red" variant="light" onClick={() => setDialog('delete')}>Delete</Button>}
      </Header>
      <Stack gap="xl">
        <DeadKey id={key} />
        {refused.count > 0 && <Alert color="yellow" title={`${refused.count} ${refused.count === 1 ? 'message was' : 'messages were'} refused: the signature did not hold`}>Last <Moment at={refused.lastAt} />. If the sender is yours, its secret, its clock or its form of signing differs from what is set here. Nothing was called.</Alert>}
        <CodeBlock label="Copy the address">{url}</CodeBlock>
        <Facts of={shown(name)}>
          <Fact name="Status"><Status>{enabled ? 'active' : 'disabled'}</Status></Fact>
          <Fact name="Signed as">{verifierWords[verifier]}</Fact>
          <Fact name="Called in the name of"><Foreign>{nameOf(owner)}</Foreign>, by key <Code>lk_pat_{key}…</Code></Fact>
          <Fact name="Made"><Moment at={createdAt} /></Fact>
        </Facts>
        <Secrets secrets={secrets} path={path} may={may} />
        <section aria-labelledby="deliveries"><Title order={2} size="h4" mb="sm" id="deliveries">What came</Title><HookDeliveries path={path} may={may} /></section>
      </Stack>
      {dialog === 'edit' && <EditSubscription subscription={asked.data} onClose={close} />}
      {dialog === 'rotate' && (rotate.data !== undefined
        ? <OneTimeSecret title={`The new secret of ${shown(name)}`} secret={rotate.data.secret} onDone={close} />
        : <GiveNewSecret busy={rotate.isPending} error={rotate.error} onClose={close} onGive={(overlapSeconds) => rotate.mutate({ overlapSeconds })}>Both are believed until the old one ends. What the sender signs with the old one is refused then.</GiveNewSecret>)}
      {dialog === 'delete' && (
        <Destroy title={`Delete ${shown(name)}?`} action="Delete the webhook" busy={remove.isPending} error={remove.error} onClose={close} onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate(`/orgs/${org}/webhooks`) })}>
          <LastDelivery path={path} /> The sender gets 404 from then on, {action.server}:{action.tool} is not called by it any more, and its key is revoked. What came so far goes with it.
        </Destroy>
      )}
    </>
  );
}
