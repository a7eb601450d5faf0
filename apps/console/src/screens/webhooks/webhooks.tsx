import { Button, Tabs } from '@mantine/core';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { IconPlus } from '../../icons.ts';
import { Header } from '../../parts/header.tsx';
import { useChoice, useParam } from '../../parts/use-param.ts';
import { CreateEndpoint } from './create-endpoint.tsx';
import { CreateSubscription } from './create-subscription.tsx';
import { Endpoints } from './endpoints.tsx';
import { Subscriptions } from './subscriptions.tsx';

export function Component() {
  const { projects } = useOrg();
  const isAdmin = useIsAdmin();
  const [tab, setTab] = useChoice('tab', ['in', 'out'], 'in');
  const [creating, setCreating] = useParam('new');
  const into = tab === 'in' || !isAdmin;
  const mayCreate = isAdmin || (into && Object.values(projects).includes('admin'));
  const create = mayCreate ? <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating('1')}>{into ? 'Let a sender in' : 'Add an endpoint'}</Button> : undefined;
  return (
    <>
      <Header title="Webhooks" about="In: a service that you trust sends something, and a tool is called with it. Out: Latchkey tells a service of yours what happens to keys.">{create}</Header>
      {isAdmin ? (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md"><Tabs.Tab value="in">In</Tabs.Tab><Tabs.Tab value="out">Out</Tabs.Tab></Tabs.List>
          <Tabs.Panel value="in"><Subscriptions create={create} /></Tabs.Panel>
          <Tabs.Panel value="out"><Endpoints create={create} /></Tabs.Panel>
        </Tabs>
      ) : <Subscriptions create={create} />}
      {creating !== '' && mayCreate && (into ? <CreateSubscription onClose={() => setCreating(null)} /> : <CreateEndpoint onClose={() => setCreating(null)} />)}
    </>
  );
}
