import { AppShell, Burger, Group, ScrollArea, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect, useRef, type KeyboardEvent } from 'react';
import { Link, Outlet, useLocation, useParams } from 'react-router';
import { useMe } from '../api/me.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { Brand } from './brand.tsx';
import { ForeignOrg } from './foreign-org.tsx';
import { Menu } from './menu.tsx';
import { OrgChoice } from './org-choice.tsx';
import { PersonMenu } from './person-menu.tsx';
import { SchemeSwitch } from './scheme-switch.tsx';
import { rememberOrg } from './start.tsx';

/** What stands around every screen of an organization. */
export function OrgShell() {
  const { org = '' } = useParams();
  const { memberships } = useMe();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  const [burger, navbar] = [useRef<HTMLButtonElement>(null), useRef<HTMLDivElement>(null)];
  const belongs = memberships.some((membership) => membership.org === org);

  useEffect(() => {
    if (belongs) rememberOrg(org);
  }, [belongs, org]);
  useEffect(() => {
    close();
    // Who goes on by keyboard or ear is in the new screen, and not at the end of the menu.
    if (before.current !== pathname) main.current?.focus();
    before.current = pathname;
  }, [pathname, close]);

  // Where the menu lies over the screen, it is a layer like any other: whoever opens it is in it, and Escape leads back.
  useEffect(() => {
    if (opened) navbar.current?.focus();
  }, [opened, navbar]);
  const escape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !opened) return;
    close();
    burger.current?.focus();
  };

  if (!belongs) return <ForeignOrg />;
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 248, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding={{ base: 'md', md: 'xl' }}>
      <a className="skip" href="#main">To the content</a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger ref={burger} opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={opened ? 'Close the menu' : 'Open the menu'} aria-expanded={opened} />
            <Link to={`/orgs/${org}`} aria-label="Latchkey, home" style={{ color: 'inherit', textDecoration: 'none' }}><Brand /></Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SchemeSwitch />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Stack ref={navbar} gap={0} flex={1} mih={0} tabIndex={-1} onKeyDown={escape} style={{ outline: 'none' }}>
          <OrgChoice />
          <ScrollArea type="hover" scrollbarSize={8} mt="sm" flex={1}><Menu /></ScrollArea>
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main ref={main} id="main" tabIndex={-1} style={{ outline: 'none' }}>
        <Suspense fallback={<Waiting />}><Outlet /></Suspense>
      </AppShell.Main>
    </AppShell>
  );
}
