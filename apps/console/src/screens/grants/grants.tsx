import { SegmentedControl, Tabs } from '@mantine/core';
import { useIsAdmin, useMe } from '../../api/me.tsx';
import { Header } from '../../parts/header.tsx';
import { useChoice } from '../../parts/use-param.ts';
import { GrantList } from './grant-list.tsx';
import { Remembered } from './remembered.tsx';

export function Component() {
  const { user } = useMe();
  const isAdmin = useIsAdmin();
  const [tab, setTab] = useChoice('tab', ['connected', 'remembered'], 'connected');
  const [whose, setWhose] = useChoice('of', ['mine', 'everybody'], 'mine');
  const everybody = isAdmin && whose === 'everybody';
  return (
    <>
      <Header title="Connected programs" about="What people allowed programs to do in their name. Disconnecting one ends its tokens within seconds; it has to ask again." />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md"><Tabs.Tab value="connected">Connected</Tabs.Tab><Tabs.Tab value="remembered">Allowed without asking</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="connected"><GrantList {...(everybody ? {} : { user: user.id })}>{isAdmin && <SegmentedControl aria-label="Whose programs" value={whose} onChange={setWhose} data={[{ value: 'mine', label: 'Mine' }, { value: 'everybody', label: "Everybody's" }]} />}</GrantList></Tabs.Panel>
        <Tabs.Panel value="remembered"><Remembered /></Tabs.Panel>
      </Tabs>
    </>
  );
}
