import type { AuditVerification } from '@latchkey/contracts';
import { Alert, Button, Code, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOrg } from '../../api/me.tsx';
import { request } from '../../api/request.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

/** Asks for stretch after stretch until the end, or until something is wrong. */
export function VerifyChain({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const [checked, setChecked] = useState(0);
  const verified = useQuery({
    queryKey: [org, 'audit', 'verify'],
    gcTime: 0,
    queryFn: async ({ signal }) => {
      let [from, total] = [null as number | null, 0];
      for (;;) {
        const part: AuditVerification = await request(`/v1/audit/verify${from === null ? '' : `?from=${from}`}`, { org, signal });
        total += part.checked;
        setChecked(total);
        if (!part.ok || part.next === null) return { ...part, checked: total };
        from = part.next;
      }
    },
  });
  return (
    <Dialog onClose={onClose} title="Verify the chain">
      <Stack>
        {verified.isFetching && <><Text size="sm">{checked} entries so far …</Text><Progress value={100} animated aria-label="Verifying" /></>}
        <ProblemNote error={verified.error} />
        {verified.data !== undefined && !verified.isFetching && (verified.data.ok
          ? <Alert color="green" variant="light" title="The chain is whole" role="status">{verified.data.checked} entries, each made from the one before it.{verified.data.head !== null && <> Note its end down elsewhere, for only that proves that no end was cut off: <Code>{`${verified.data.head.position}:${verified.data.head.hash}`}</Code></>}</Alert>
          : <Alert color="red" variant="light" title="The chain is broken" role="alert">Entry {verified.data.firstBad?.position} is {verified.data.firstBad?.flaw.replaceAll('_', ' ')}. Compare it with an export that you keep elsewhere.</Alert>)}
        <Group justify="flex-end"><Button onClick={onClose}>Close</Button></Group>
      </Stack>
    </Dialog>
  );
}
