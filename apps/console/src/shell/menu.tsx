import { NavLink, Stack, Text, UnstyledButton } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { useIsAdmin, useOrg } from '../api/me.tsx';
import { screens } from '../screens.tsx';

/** Its classes on plain elements: the component itself, for each of these, is a good part of what drawing a screen costs. */
const { classes } = NavLink;
const linkClass = `mantine-focus-auto screen-link ${classes.root} ${UnstyledButton.classes.root}`;

const groups = ['Use', 'Watch', 'Organization'] as const;

export function Menu() {
  const { org } = useOrg();
  const isAdmin = useIsAdmin();
  const { pathname } = useLocation();
  const home = `/orgs/${org}`;
  return (
    <nav aria-label="Console">
      {groups.map((group) => {
        const items = screens.filter((screen) => screen.group === group && screen.label !== undefined && (screen.admin !== true || isAdmin));
        if (items.length === 0) return null;
        return (
          <Stack key={group} gap={2} mb="md">
            {group !== 'Use' && <Text size="xs" c="dimmed" fw={600} px="sm" mb={2}>{group}</Text>}
            {items.map(({ path, label, icon: Icon }) => {
              const to = path === '' ? home : `${home}/${path}`;
              const active = path === '' ? pathname === home || pathname === `${home}/` : pathname === to || pathname.startsWith(`${to}/`);
              return (
                <Link key={path} to={to} className={linkClass} aria-current={active ? 'page' : undefined}>
                  {Icon !== undefined && <span className={classes.section} data-position="left"><Icon size={18} stroke={1.7} aria-hidden /></span>}
                  <span className={`${classes.body} ${classes.label}`}>{label}</span>
                </Link>
              );
            })}
          </Stack>
        );
      })}
    </nav>
  );
}
