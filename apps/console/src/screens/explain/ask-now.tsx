import type { Explained, Pat, Server } from '@latchkey/contracts';
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useSearchParams } from 'react-router';
import { useAsk, type Page } from '../../api/use-api.ts';
import { shown } from '../../parts/foreign.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { DecisionShown, RestsOn } from './decision.tsx';

/** Whether a call would be let through if it were made now. */
export function AskNow() {
  const [params, setParams] = useSearchParams();
  const asked = { server: params.get('server') ?? '', tool: params.get('tool') ?? '', credential: params.get('credential') ?? '' };
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 } });
  const keys = useAsk<Page<Pat>>('/v1/pats', { query: { limit: 100 } });
  const form = useForm({ initialValues: asked, validate: { server: (value) => (value === '' ? 'Choose a server.' : null), credential: (value) => (value === '' ? 'Choose a key.' : null) } });
  const answer = useAsk<Explained>('/v1/explain', { query: asked, enabled: asked.server !== '' && asked.credential !== '' });
  return (
    <Stack>
      <form onSubmit={form.onSubmit(({ server, tool, credential }) => setParams({ about: 'now', server, credential, ...(tool === '' ? {} : { tool }) }))} noValidate>
        <Group align="flex-start">
          <Select label="Key" searchable data={keys.data?.items.map(({ id, name, prefix }) => ({ value: id, label: `${shown(name, 40)} (${prefix}…)` })) ?? []} {...form.getInputProps('credential')} />
          <Select label="Server" searchable data={servers.data?.items.map(({ slug, name }) => ({ value: slug, label: shown(name, 40) })) ?? []} {...form.getInputProps('server')} />
          <TextInput label="Tool" placeholder="none: listing tools" autoComplete="off" spellCheck={false} maxLength={128} {...form.getInputProps('tool')} />
          <Button type="submit" mt={25}>Explain</Button>
        </Group>
      </form>
      <Text size="xs" c="dimmed">Whether a key lives, from where it may be used and whether a limit is reached is not part of it.</Text>
      <ProblemNote error={answer.error} />
      {answer.isLoading && <Waiting rows={4} />}
      {answer.data !== undefined && <><DecisionShown decision={answer.data.decision} rules={answer.data.rules} /><RestsOn restsOn={answer.data.restsOn} /></>}
    </Stack>
  );
}
