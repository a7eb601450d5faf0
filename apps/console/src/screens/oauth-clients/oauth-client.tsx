import { Badge, Button, Code, List, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useParams } from 'react-router';
import { useIsAdmin, useMe, useOrg } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { Copy } from '../../parts/copy-button.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { GrantList } from '../grants/grant-list.tsx';
import { Header } from '../../parts/header.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { DeleteClient } from './delete-client.tsx';
import { EditClient } from './edit-client.tsx';
import { kindWords } from './kinds.ts';
import { RotateSecret } from './rotate-secret.tsx';
import { TrustSwitch } from './trust-switch.tsx';
import { useClient } from './use-client.ts';

const dialogs = { edit: EditClient, rotate: RotateSecret, delete: DeleteClient };

export function Component() {
  const { id = '' } = useParams();
  const { user } = useMe();
  const { org } = useOrg();
  const isAdmin = useIsAdmin();
  const nameOf = useMemberNames();
  const asked = useClient(id);
  const [dialog, setDialog] = useState<keyof typeof dialogs | null>(null);
  if (asked.data === undefined) return <><Header title="OAuth client" />{asked.error === null ? <Waiting rows={5} /> : <ProblemNote error={asked.error} />}</>;
  const client = asked.data;
  const may = client.org === org && (isAdmin || client.createdBy === user.id);
  const hasSecret = client.authMethod.startsWith('client_secret');
  const Dialog = dialog === null ? null : dialogs[dialog];
  return (
    <>
      <Header title={client.name} about={client.origin === 'dynamic' ? 'It registered itself. It chose its name, and nobody vouches for that.' : kindWords[client.kind].is}>
        {may && <Button variant="default" onClick={() => setDialog('edit')}>Change</Button>}
        {may && hasSecret && <Button variant="default" onClick={() => setDialog('rotate')}>New secret</Button>}
        {may && <Button color="red" variant="light" onClick={() => setDialog('delete')}>Delete</Button>}
      </Header>
      <Stack gap="xl">
        <Facts of={shown(client.name)}>
          <Fact name="Client id"><Code>{client.id}</Code><Copy compact value={client.id} label="Copy the client id" /></Fact>
          <Fact name="Kind"><Badge>{kindWords[client.kind].name}</Badge></Fact>
          <Fact name="Shows that it is itself by"><Code>{client.authMethod}</Code></Fact>
          {client.machine !== null && <Fact name="Its role">{client.machine.role}{Object.entries(client.machine.projects).map(([slug, role]) => `, ${slug} (${role})`).join('')}</Fact>}
          <Fact name="Last used"><Moment at={client.lastUsedAt} /></Fact>
          <Fact name="Made"><Moment at={client.createdAt} />{client.createdBy !== null && <> by <Foreign>{nameOf(client.createdBy)}</Foreign></>}</Fact>
          {client.previousSecretUntil !== null && <Fact name="The secret before"><>works until <Moment at={client.previousSecretUntil} /></></Fact>}
          <Fact name="May ask for at most">{client.scopes === null ? 'what people allow' : client.scopes.map((scope) => <Code key={scope} mr={4}>{scope}</Code>)}</Fact>
          <Fact name="Where">{client.resources === null ? 'all of the organization' : <Lines>{client.resources}</Lines>}</Fact>
          {client.redirectUris.length > 0 && <Fact name="Redirect URIs"><Lines>{client.redirectUris}</Lines></Fact>}
        </Facts>
        {isAdmin && <TrustSwitch client={client} />}
        {client.kind !== 'machine' && <section aria-labelledby="grants"><Title order={2} size="h4" mb="sm" id="grants">Who connected it</Title><GrantList client={client.id} /></section>}
      </Stack>
      {Dialog !== null && <Dialog client={client} onClose={() => setDialog(null)} />}
    </>
  );
}

/** Addresses that a client named: text, and never a way there. */
const Lines = ({ children }: { children: readonly string[] }) => <List size="sm" listStyleType="none">{children.map((line) => <List.Item key={line}><Foreign max={300}>{line}</Foreign></List.Item>)}</List>;
