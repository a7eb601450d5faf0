import type { MintedPat, MintPat, Project, Server } from '@latchkey/contracts';
import type { Scope } from '@latchkey/contracts/scope-words';
import { Accordion, Button, Group, MultiSelect, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { SetUp } from '../../parts/set-up-tabs.tsx';
import { firstToUse } from '../servers/in-trouble.ts';
import { ScopePicker } from './scope-picker.tsx';
import { presets } from './scope-words.ts';

const lives = [{ value: '7d', label: '7 days' }, { value: '30d', label: '30 days' }, { value: '90d', label: '90 days' }, { value: '365d', label: 'A year' }, { value: 'never', label: 'Never' }];

interface Fields {
  name: string;
  kind: 'personal' | 'service';
  scopes: Scope[];
  expiresIn: string;
  projects: string[];
  tools: string[];
  allowedIps: string[];
}

/** What is left empty does not restrict, and is not sent. */
const filled = (list: string[]): string[] | undefined => (list.length === 0 ? undefined : list);

export function CreateKey({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const isAdmin = useIsAdmin();
  const projects = useAsk<Page<Project>>('/v1/projects', { query: { limit: 100 } });
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 } });
  const mint = useChange<Fields, MintedPat>({
    method: 'POST',
    path: '/v1/pats',
    // A click that is repeated after a lost answer gets the key of the first one.
    once: true,
    body: ({ projects: inProjects, tools, allowedIps, ...fields }): Partial<MintPat> => ({ ...fields, org, projects: filled(inProjects), tools: filled(tools), allowedIps: filled(allowedIps) }),
  });
  const form = useForm<Fields>({
    initialValues: { name: '', kind: 'personal', scopes: [...presets.call.scopes], expiresIn: '90d', projects: [], tools: [], allowedIps: [] },
    validate: {
      name: (name) => (name.trim() === '' ? 'Give it a name, so that you know later what it is for.' : null),
      scopes: (scopes) => (scopes.length === 0 ? 'Choose at least one.' : null),
    },
  });
  const done = () => {
    mint.reset();
    onClose();
  };

  if (mint.data !== undefined) {
    const server = firstToUse(servers.data?.items);
    return (
      <OneTimeSecret title={`Your new key: ${shown(mint.data.name)}`} secret={mint.data.token} onDone={done}>
        {server !== undefined && mint.data.scopes.includes('mcp:read') && <><Text fw={600}>Use it at {shown(server.name)}</Text><SetUp name={server.slug} url={server.resource} secret={mint.data.token} /></>}
      </OneTimeSecret>
    );
  }
  const submit = form.onSubmit((fields) => mint.mutate(fields, { onError: (error) => form.setErrors(fieldProblems(error)) }));
  return (
    <Dialog onClose={onClose} title="Create a key" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" description="What it is for: the program or the machine" data-autofocus autoComplete="off" maxLength={100} required {...form.getInputProps('name')} />
          <ScopePicker {...form.getInputProps('scopes')} />
          <Group grow align="flex-start">
            <Select label="Ends after" data={lives} allowDeselect={false} {...form.getInputProps('expiresIn')} />
            {isAdmin && <Select label="Acts for" data={[{ value: 'personal', label: 'You' }, { value: 'service', label: 'The organization' }]} allowDeselect={false} {...form.getInputProps('kind')} />}
          </Group>
          <Accordion variant="contained">
            <Accordion.Item value="narrow">
              <Accordion.Control>Narrow it down</Accordion.Control>
              <Accordion.Panel>
                <Stack>
                  <MultiSelect label="Only in these projects" placeholder={form.values.projects.length === 0 ? 'All that you are in' : ''} data={projects.data?.items.map(({ slug, name }) => ({ value: slug, label: shown(name) })) ?? []} {...form.getInputProps('projects')} />
                  <TagsInput label="Only these tools" description="server:tool, with * for any; Enter adds one" placeholder={form.values.tools.length === 0 ? 'All' : ''} data={servers.data?.items.map(({ slug }) => `${slug}:*`) ?? []} {...form.getInputProps('tools')} />
                  <TagsInput label="Only from these addresses" description="Ranges such as 203.0.113.0/24" placeholder={form.values.allowedIps.length === 0 ? 'Anywhere' : ''} {...form.getInputProps('allowedIps')} />
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
          <ProblemNote error={mint.error} />
          <Group justify="flex-end"><Button variant="default" onClick={onClose}>Cancel</Button><Button type="submit" loading={mint.isPending}>Create key</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
