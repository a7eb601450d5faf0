import type { CreateWebhookSubscription, Project, Server, ShownServer, WebhookSubscriptionWithSecret, WebhookVerifier } from '@latchkey/contracts';
import { Alert, Autocomplete, JsonInput, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { useIsAdmin, useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { OneTimeSecret } from '../../parts/one-time-secret.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { verifierWords } from './words.ts';

interface Fields {
  name: string;
  project: string;
  verifier: WebhookVerifier;
  server: string;
  tool: string;
  arguments: string;
  secret: string;
}

/** What somebody typed as JSON. */
export function parsedArguments(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
export const argumentsHelp = 'JSON. {{/issue/title}} becomes what the sender sent there.';

export function CreateSubscription({ onClose }: { onClose: () => void }) {
  const own = useOrg();
  const isAdmin = useIsAdmin();
  const navigate = useNavigate();
  const projects = useAsk<Page<Project>>('/v1/projects', { query: { limit: 100 } });
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 } });
  const form = useForm<Fields>({
    initialValues: { name: '', project: '', verifier: 'github', server: '', tool: '', arguments: '{}', secret: '' },
    validate: {
      name: (name) => (name.trim() === '' ? 'Say who sends, and what.' : null),
      project: (project) => (project === '' ? 'Choose one.' : null),
      server: (server) => (server === '' ? 'Choose one.' : null),
      tool: (tool) => (tool.trim() === '' ? 'The one tool that the sender may have called.' : null),
      arguments: (text) => (parsedArguments(text) === null ? 'This is no JSON object.' : null),
    },
  });
  const chosen = useAsk<ShownServer>(`/v1/servers/${form.values.server}`, { enabled: form.values.server !== '' });
  const create = useChange<Fields, WebhookSubscriptionWithSecret>({
    method: 'POST', path: '/v1/webhooks/subscriptions', touches: ['pats'],
    body: ({ name, project, verifier, server, tool, arguments: text, secret }): Partial<CreateWebhookSubscription> => ({
      name, project, verifier, action: { server, tool, arguments: (parsedArguments(text) ?? {}) as CreateWebhookSubscription['action']['arguments'] }, ...(secret === '' ? {} : { secret }),
    }),
  });
  const made = create.data;
  const done = () => {
    create.reset();
    void navigate(`/orgs/${own.org}/webhooks/in/${made?.id ?? ''}`);
  };
  if (made !== undefined) {
    return <OneTimeSecret title={`The secret of ${shown(made.name)}`} secret={made.secret} onDone={done}><Text size="sm">Give the sender this secret and this address:</Text><CodeBlock label="Copy the address">{made.url}</CodeBlock></OneTimeSecret>;
  }
  const open = projects.data?.items.filter(({ slug }) => isAdmin || own.projects[slug] === 'admin') ?? [];
  const within = servers.data?.items.filter(({ project }) => project === form.values.project) ?? [];
  const byPath = { 'action.server': 'server', 'action.tool': 'tool', 'action.arguments': 'arguments' } as const;
  const submit = form.onSubmit((fields) => create.mutate(fields, {
    onError: (error) => form.setErrors(Object.fromEntries(Object.entries(fieldProblems(error)).map(([path, words]) => [byPath[path as keyof typeof byPath] ?? path, words]))),
  }));
  return (
    <Dialog onClose={onClose} title="Let a sender in" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" description="Who sends, and what" data-autofocus autoComplete="off" maxLength={100} required {...form.getInputProps('name')} />
          <Select label="How the sender signs" allowDeselect={false} data={Object.entries(verifierWords).map(([value, label]) => ({ value, label }))} {...form.getInputProps('verifier')} />
          <Select label="Project" allowDeselect={false} required data={open.map(({ slug, name }) => ({ value: slug, label: shown(name) }))} {...form.getInputProps('project')} />
          <Select label="Server" allowDeselect={false} required disabled={form.values.project === ''} nothingFoundMessage="There is none in this project" data={within.map(({ slug, name }) => ({ value: slug, label: shown(name) }))} {...form.getInputProps('server')} />
          <Autocomplete label="Tool" required disabled={form.values.server === ''} maxLength={128} data={[...new Set(chosen.data?.probe?.tools?.map(({ name }) => name) ?? [])]} {...form.getInputProps('tool')} />
          <JsonInput label="Arguments" description={argumentsHelp} autosize minRows={3} maxRows={10} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} {...form.getInputProps('arguments')} />
          <PasswordInput label="Secret" description="Only where the sender made it, as Stripe and Slack do. Left empty, one is made." autoComplete="new-password" maxLength={256} {...form.getInputProps('secret')} />
          <Alert color="brand" variant="light">The tool is called in your name, with a key for this tool alone. It ends with your role in the project.</Alert>
          <ProblemNote error={create.error} />
          <FormButtons action="Let it in" busy={create.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
