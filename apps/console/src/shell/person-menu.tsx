import { ActionIcon, Menu } from '@mantine/core';
import { useRef } from 'react';
import { useMe } from '../api/me.tsx';
import { IconLogout, IconUser } from '../icons.ts';

/** What is the person's own, in whatever organization: pages of identity that work without script. */
const pages = [
  ['/console/account', 'Account'],
  ['/console/sign-in-methods', 'Sign-in methods'],
  ['/console/sessions', 'Where you are signed in'],
  ['/console/programs', 'Connected programs'],
  ['/console/revoke-everything', 'Revoke everything'],
] as const;

export function PersonMenu() {
  const { user, signOut } = useMe();
  const form = useRef<HTMLFormElement>(null);
  return (
    <>
      <form ref={form} method="post" action="/console/sign-out"><input type="hidden" name="_csrf" value={signOut} /></form>
      <Menu position="bottom-end" width={240}>
        <Menu.Target><ActionIcon variant="default" size="lg" aria-label={`Account of ${user.email}`}><IconUser size={18} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label className="foreign">{user.email}</Menu.Label>
          {pages.map(([href, label]) => <Menu.Item key={href} component="a" href={href}>{label}</Menu.Item>)}
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => form.current?.submit()}>Sign out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
