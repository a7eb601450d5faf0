import type { Pat } from '@latchkey/contracts';
import { ActionIcon, Checkbox, Code, Menu, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../../api/me.tsx';
import { useMemberNames } from '../../api/members.ts';
import { IconDotsVertical } from '../../icons.ts';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Status } from '../../parts/status.tsx';
import { isLive } from './live.ts';
import { useIsOfWebhook } from './of-webhook.ts';
import { RotateKey } from './rotate-key.tsx';
import { scopesInWords } from './scope-words.ts';
import { UsageLine } from './usage-line.tsx';

interface KeyRowProps {
  pat: Pat;
  chosen: boolean;
  onChoose: (on: boolean) => void;
  onRevoke: () => void;
}

export function KeyRow({ pat, chosen, onChoose, onRevoke }: KeyRowProps) {
  const { user } = useMe();
  const nameOf = useMemberNames();
  const [rotating, setRotating] = useState(false);
  const isOfWebhook = useIsOfWebhook(pat);
  const live = isLive(pat);
  const name = shown(pat.name);
  return (
    <Table.Tr>
      <Table.Td>{live && <Checkbox aria-label={`Choose ${name}`} checked={chosen} onChange={(event) => onChoose(event.currentTarget.checked)} />}</Table.Td>
      <Table.Td data-label="Name">
        <div>
          <Text component="span" fw={600} className={live ? undefined : 'over'}><Foreign>{pat.name}</Foreign></Text>
          <Text size="xs" c="dimmed">{pat.owner === user.id ? '' : `${shown(nameOf(pat.owner))} · `}{pat.kind === 'service' ? 'service key · ' : ''}{scopesInWords(pat.scopes)}</Text>
        </div>
      </Table.Td>
      <Table.Td data-label="Key"><Code className={live ? undefined : 'over'}>{pat.prefix}…</Code></Table.Td>
      <Table.Td data-label="Status"><Status>{pat.status}</Status></Table.Td>
      <Table.Td data-label="Last used"><Moment at={pat.lastUsedAt} /></Table.Td>
      <Table.Td data-label="30 days"><UsageLine id={pat.id} used={pat.lastUsedAt !== null} /></Table.Td>
      <Table.Td data-label="Ends">{live ? <Moment at={pat.expiresAt} /> : <Moment at={pat.revokedAt ?? pat.expiresAt} />}</Table.Td>
      <Table.Td>
        {live && (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={`What to do with ${name}`}><IconDotsVertical size={18} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              {isOfWebhook && <Menu.Label maw={260}>A webhook calls its tool by this key, and would go on with the old one: it cannot be rotated.</Menu.Label>}
              {pat.owner === user.id && !isOfWebhook && <Menu.Item onClick={() => setRotating(true)}>Rotate</Menu.Item>}
              <Menu.Item color="red" onClick={onRevoke}>Revoke</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        {rotating && <RotateKey pat={pat} onClose={() => setRotating(false)} />}
      </Table.Td>
    </Table.Tr>
  );
}
