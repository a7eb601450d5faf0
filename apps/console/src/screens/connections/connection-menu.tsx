import type { Connection, ConnectionAuthorization } from '@latchkey/contracts';
import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useChange } from '../../api/use-api.ts';
import { IconDotsVertical } from '../../icons.ts';
import { shown } from '../../parts/foreign.tsx';
import { GiveValue } from './give-value.tsx';

interface ConnectionMenuProps {
  connection: Connection;
  mayAdminister: boolean;
  onRevoke: () => void;
}

export function ConnectionMenu({ connection, mayAdminister, onRevoke }: ConnectionMenuProps) {
  const { id, kind, per, name } = connection;
  const [giving, setGiving] = useState(false);
  const authorize = useChange<undefined, ConnectionAuthorization>({ method: 'POST', path: `/v1/connections/${id}/authorize`, body: () => ({}) });
  const connect = () => authorize.mutate(undefined, {
    onSuccess: ({ url }) => {
      // Identity's own page, which names who asks for what before anything is sent elsewhere; no other address is gone to.
      if (new URL(url).origin === location.origin) location.assign(url);
    },
    onError: (error) => notifications.show({ color: 'red', message: error.message }),
  });
  const own = per === 'user' || mayAdminister;
  if (!own && !mayAdminister) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={`What to do with ${shown(name)}`} loading={authorize.isPending}><IconDotsVertical size={18} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          {kind === 'oauth' && own && <Menu.Item onClick={connect}>Connect in the browser</Menu.Item>}
          {kind === 'static' && own && <Menu.Item onClick={() => setGiving(true)}>{per === 'user' ? 'Give my value' : 'Give another value'}</Menu.Item>}
          {mayAdminister && <Menu.Item color="red" onClick={onRevoke}>Revoke</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {giving && <GiveValue connection={connection} onClose={() => setGiving(false)} />}
    </>
  );
}
