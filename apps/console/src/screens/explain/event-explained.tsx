import type { ExplainedEvent, ListedAuditEvent } from '@latchkey/contracts';
import { Alert, Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useMemberNames } from '../../api/members.ts';
import { useAsk } from '../../api/use-api.ts';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status } from '../../parts/status.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { codeWords } from '../../words/codes.ts';
import { DecisionShown, RestsOn } from './decision.tsx';

/** An entry of the log, and the decision behind it where a gateway made one. */
export function EventExplained({ event }: { event: ListedAuditEvent }) {
  const nameOf = useMemberNames();
  const explained = useAsk<ExplainedEvent>(`/v1/audit/${event.id}/explain`, { enabled: event.service === 'gateway' });
  const { action, actor, at, outcome, code, credential, target } = event;
  return (
    <Card withBorder component="article" aria-label={`Request ${event.requestId ?? ''}`}>
      <Stack>
        <Group gap="xs"><Title order={2} size="h5">{action}</Title><Status>{outcome}</Status>{code !== null && <Code>{code}</Code>}</Group>
        <Text size="sm">{actor.id === null ? 'Somebody unknown' : shown(nameOf(actor.id))}, <Moment at={at} />{credential !== null && <>, with {credential.kind} <Code>{credential.id}</Code></>}{target !== null && <>, at <Foreign max={200}>{target.name ?? target.id}</Foreign></>}.</Text>
        {code !== null && codeWords[code] !== undefined && <Alert color={outcome === 'success' ? 'green' : 'red'} variant="light" title="What this means">{codeWords[code]}</Alert>}
        <ProblemNote error={explained.error} />
        {event.service === 'gateway' && explained.isPending && <Waiting rows={3} />}
        {explained.data?.note !== null && explained.data?.note !== undefined && <Text size="sm"><Foreign max={400}>{explained.data.note}</Foreign></Text>}
        {explained.data?.decision !== null && explained.data?.decision !== undefined && <DecisionShown decision={explained.data.decision} rules={explained.data.rules} />}
        {explained.data?.agrees === false && <Alert color="yellow" variant="light">Made again from what it was made by, the decision is another one. Something in between has changed that an entry does not hold.</Alert>}
        {explained.data?.restsOn !== null && explained.data?.restsOn !== undefined && <RestsOn restsOn={explained.data.restsOn} />}
      </Stack>
    </Card>
  );
}
