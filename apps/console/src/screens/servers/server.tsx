import type { ProbedServer, ShownServer } from '@latchkey/contracts';
import { Button, Code, Group, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { useAsk, useChange } from '../../api/use-api.ts';
import { Header } from '../../parts/header.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { SetUp } from '../../parts/set-up-tabs.tsx';
import { Status } from '../../parts/status.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { DeleteServer } from './delete-server.tsx';
import { useMayRegister } from './may-register.ts';
import { ProbeReport } from './probe-report.tsx';
import { Settings } from './settings.tsx';
import { Tools } from './tools.tsx';

export function Component() {
  const { slug = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const server = useAsk<ShownServer>(`/v1/servers/${slug}`, { everyMs: 15_000 });
  const probe = useChange<undefined, ProbedServer>({ method: 'POST', path: `/v1/servers/${slug}/probe`, body: () => ({}) });
  const may = useMayRegister();
  const [deleting, setDeleting] = useState(false);
  if (server.error !== null) return <><Header title={slug} /><ProblemNote error={server.error} /></>;
  if (server.data === undefined) return <><Header title={slug} /><Waiting rows={5} /></>;
  const { name, resource, url, project, health } = server.data;
  return (
    <>
      <Header title={name} about={<>Project {project} · <Code>{resource}</Code></>}>
        {may && <Button variant="default" loading={probe.isPending} onClick={() => probe.mutate(undefined)}>Look at it now</Button>}
        {may && <Button color="red" variant="light" onClick={() => setDeleting(true)}>Delete</Button>}
      </Header>
      <ProblemNote error={probe.error} />
      <Tabs value={params.get('tab') ?? 'connect'} onChange={(tab) => setParams(tab === null || tab === 'connect' ? {} : { tab }, { replace: true })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="connect">Connect</Tabs.Tab>
          <Tabs.Tab value="tools">Tools</Tabs.Tab>
          <Tabs.Tab value="health">Health</Tabs.Tab>
          {may && <Tabs.Tab value="settings">Settings</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="connect"><SetUp name={slug} url={resource} /></Tabs.Panel>
        <Tabs.Panel value="tools"><Tools server={server.data} mayChange={may} /></Tabs.Panel>
        <Tabs.Panel value="health">
          <Stack>
            <Group gap="xs"><Status>{health.state}</Status><Text size="sm">{health.gateways === 0 ? 'No gateway has had to do with it in the last minutes.' : `${health.gateways - health.down} of ${health.gateways} ${health.gateways === 1 ? 'gateway reaches' : 'gateways reach'} it.`}</Text></Group>
            <Text size="sm">Last answer <Moment at={health.lastSuccessAt} />, last failure <Moment at={health.lastFailureAt} />{health.lastFailure !== null && ` (${health.lastFailure})`}. The gateway reaches it at <Code>{url}</Code>.</Text>
            <ProbeReport probe={probe.data ?? server.data.probe} />
          </Stack>
        </Tabs.Panel>
        {may && <Tabs.Panel value="settings"><Settings key={server.data.revision} server={server.data} /></Tabs.Panel>}
      </Tabs>
      {deleting && <DeleteServer server={server.data} onClose={() => setDeleting(false)} />}
    </>
  );
}
