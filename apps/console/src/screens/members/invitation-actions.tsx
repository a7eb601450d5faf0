import type { Invitation } from '@latchkey/contracts';
import { Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useChange } from '../../api/use-api.ts';
import { Actions } from '../../parts/actions.tsx';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';

export function InvitationActions({ invitation: { id, email, status } }: { invitation: Invitation }) {
  const [revoking, setRevoking] = useState(false);
  const path = `/v1/members/invitations/${id}`;
  const resend = useChange<undefined, Invitation>({ method: 'POST', path: `${path}/resend`, body: () => undefined });
  const revoke = useChange<undefined, Invitation>({ method: 'DELETE', path });
  if (status !== 'pending' && status !== 'expired') return null;
  const again = () => resend.mutate(undefined, {
    onSuccess: () => notifications.show({ message: `Mailed again to ${shown(email)}. The link from before does not work any more.` }),
    onError: (error) => notifications.show({ color: 'red', title: 'It was not mailed', message: error.message }),
  });
  return (
    <>
      <Actions of={email}>
        <Menu.Item disabled={resend.isPending} onClick={again}>Mail it again</Menu.Item>
        <Menu.Item color="red" onClick={() => setRevoking(true)}>Take it back</Menu.Item>
      </Actions>
      {revoking && (
        <Destroy title="Take the invitation back?" action="Take it back" busy={revoke.isPending} error={revoke.error} onClose={() => setRevoking(false)} onConfirm={() => revoke.mutate(undefined, { onSuccess: () => setRevoking(false) })}>
          <Text size="sm">The link that was mailed to <Foreign>{email}</Foreign> does not work any more. You can invite them again.</Text>
        </Destroy>
      )}
    </>
  );
}
