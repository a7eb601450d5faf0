import type { ListedAuditEvent } from '@latchkey/contracts';
import { entriesFor } from '@latchkey/contracts/console-questions';
import { Anchor, Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, useSearchParams } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useAsk, type Page } from '../../api/use-api.ts';
import { IconHelpHexagon } from '../../icons.ts';
import { Empty } from '../../parts/empty.tsx';
import { Header } from '../../parts/header.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { AskNow } from './ask-now.tsx';
import { EventExplained } from './event-explained.tsx';

export function Component() {
  const [params, setParams] = useSearchParams();
  const now = params.get('about') === 'now';
  return (
    <>
      <Header title="Explain" about="Why a call was allowed or refused, rule by rule: one that was made, or one that would be made now." />
      <Stack>
        <SegmentedControl aria-label="What to explain" maw={360} value={now ? 'now' : 'then'} onChange={(next) => setParams(next === 'now' ? { about: 'now' } : {})} data={[{ value: 'then', label: 'A call that was made' }, { value: 'now', label: 'A call now' }]} />
        {now ? <AskNow /> : <AskThen />}
      </Stack>
    </>
  );
}

/** By the request id that every answer carries. */
function AskThen() {
  const { org, role } = useOrg();
  const [params, setParams] = useSearchParams();
  const requestId = params.get('request') ?? '';
  const form = useForm({ initialValues: { requestId }, validate: { requestId: (value) => (value.trim() === '' ? 'Every answer has one in X-Request-Id; refusals say it in their body too.' : null) } });
  const found = useAsk<Page<ListedAuditEvent>>('/v1/audit', { query: { ...entriesFor(role), requestId, limit: 10 }, enabled: requestId !== '', everyMs: 3000 });
  const events = found.data?.items ?? [];
  return (
    <>
      <form onSubmit={form.onSubmit(({ requestId: next }) => setParams({ request: next.trim() }))} noValidate>
        <Group align="flex-end" maw={680}>
          <TextInput flex={1} miw={220} label="Request id" placeholder="from X-Request-Id, an error or the audit log" autoComplete="off" spellCheck={false} maxLength={128} {...form.getInputProps('requestId')} />
          <Button type="submit">Explain</Button>
        </Group>
      </form>
      <ProblemNote error={found.error} />
      {requestId === '' && <Empty icon={IconHelpHexagon} title="Paste a request id">Whoever was refused finds it in the answer. The <Anchor component={Link} underline="always" to={`/orgs/${org}/audit?outcome=refused`}>refusals of late</Anchor> are in the audit log, each with a way to here.</Empty>}
      {requestId !== '' && found.isPending && <Waiting rows={4} />}
      {found.data !== undefined && events.length === 0 && <Text size="sm">The audit log has no such request yet. It takes a second or two to get there, and only {role === 'member' ? 'your own requests in' : 'requests of'} this organization are shown.</Text>}
      {events.map((event) => <EventExplained key={event.id} event={event} />)}
    </>
  );
}
