import { ActionIcon, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { IconDotsVertical } from '../icons.ts';
import { shown } from './foreign.tsx';

/** What can be done with one row of a list. @param of  what the row is called; anybody may have chosen it */
export const Actions = ({ of, children }: { of: string; children: ReactNode }) => (
  <Menu position="bottom-end">
    <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={`What to do with ${shown(of)}`}><IconDotsVertical size={18} /></ActionIcon></Menu.Target>
    <Menu.Dropdown>{children}</Menu.Dropdown>
  </Menu>
);
