import { Button, Tabs } from '@mantine/core';
import { useIsAdmin } from '../../api/me.tsx';
import { IconPlus } from '../../icons.ts';
import { Header } from '../../parts/header.tsx';
import { useChoice, useParam } from '../../parts/use-param.ts';
import { Invitations } from './invitations.tsx';
import { Invite } from './invite.tsx';
import { MemberList } from './member-list.tsx';

export function Component() {
  const isAdmin = useIsAdmin();
  const [tab, setTab] = useChoice('tab', ['members', 'invitations'], 'members');
  const [inviting, setInviting] = useParam('invite');
  const invite = isAdmin ? <Button leftSection={<IconPlus size={16} />} onClick={() => setInviting('1')}>Invite somebody</Button> : undefined;
  return (
    <>
      <Header title="Members" about="Who belongs to the organization, and what each may do. Whoever loses a role loses it for their keys and programs too, within seconds.">{invite}</Header>
      {isAdmin ? (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="md"><Tabs.Tab value="members">Members</Tabs.Tab><Tabs.Tab value="invitations">Invitations</Tabs.Tab></Tabs.List>
          <Tabs.Panel value="members"><MemberList /></Tabs.Panel>
          <Tabs.Panel value="invitations"><Invitations invite={invite} /></Tabs.Panel>
        </Tabs>
      ) : <MemberList />}
      {inviting !== '' && isAdmin && <Invite onClose={() => setInviting(null)} />}
    </>
  );
}
