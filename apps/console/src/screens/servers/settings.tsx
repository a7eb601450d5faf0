import type { ChangeServer, Folder, ProjectRole, ServerLimits, ShownServer } from '@latchkey/contracts';
import { Button, Checkbox, Fieldset, Group, MultiSelect, NumberInput, Select, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { fieldProblems } from '../../api/problem.ts';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { shown } from '../../parts/foreign.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';

const numbers = [
  ['requestsPerMinute', 'Requests a minute, all callers'],
  ['perCredential', 'Requests a minute of one credential'],
  ['perUser', 'Requests a minute of one user'],
  ['concurrency', 'Open requests at one gateway'],
  ['timeoutMs', 'Milliseconds to wait for an answer'],
  ['bodyBytes', 'Bytes of a request at most'],
] as const satisfies readonly (readonly [keyof ServerLimits, string])[];
type Limit = (typeof numbers)[number][0];

interface Fields {
  name: string;
  url: string;
  /** Its slug; empty for none */
  folder: string;
  allowedTools: string[];
  deniedTools: string[];
  allowedRoles: ProjectRole[];
  tokenUrls: boolean;
  listed: boolean;
  limits: Record<Limit, number | ''>;
}

/** Everything that is set for a server, as one form: what is empty does not restrict. */
export function Settings({ server }: { server: ShownServer }) {
  const { slug, project, revision, restrictions, limits } = server;
  const folders = useAsk<Page<Folder>>(`/v1/projects/${project}/folders`, { query: { limit: 100 } });
  const save = useChange<Fields, unknown>({
    method: 'PATCH',
    path: `/v1/servers/${slug}`,
    body: ({ name, url, folder, tokenUrls, listed, allowedTools, deniedTools, allowedRoles, limits: given }): ChangeServer => ({
      revision, name, url, tokenUrls, listed, folder: folder === '' ? null : folder,
      restrictions: { ...restrictions, deniedTools, allowedTools: allowedTools.length === 0 ? null : allowedTools, allowedRoles: allowedRoles.length === 0 ? null : allowedRoles },
      limits: { ...limits, ...(Object.fromEntries(numbers.map(([limit]) => [limit, given[limit] === '' ? null : given[limit]])) as Record<Limit, number | null>) },
    }),
  });
  const form = useForm<Fields>({
    initialValues: {
      name: server.name, url: server.url, folder: server.folder ?? '', tokenUrls: server.tokenUrls, listed: server.listed,
      allowedTools: restrictions.allowedTools ?? [], deniedTools: restrictions.deniedTools, allowedRoles: restrictions.allowedRoles ?? [],
      limits: Object.fromEntries(numbers.map(([limit]) => [limit, limits[limit] ?? ''])) as Record<Limit, number | ''>,
    },
  });
  const tools = server.probe?.tools?.map(({ name }) => name) ?? [];
  const submit = form.onSubmit((fields) => save.mutate(fields, {
    onSuccess: () => notifications.show({ message: 'Saved. The gateways follow within seconds.' }),
    onError: (error) => form.setErrors(fieldProblems(error)),
  }));
  return (
    <form onSubmit={submit} noValidate>
      <Stack maw={760}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label="Name" maxLength={100} {...form.getInputProps('name')} />
          <TextInput label="Address of the server" type="url" maxLength={2048} spellCheck={false} {...form.getInputProps('url')} />
          <Select label="Folder" description="Keys can be granted one folder of the project" allowDeselect={false} data={[{ value: '', label: 'None' }, ...(folders.data?.items.map(({ slug: value, name }) => ({ value, label: shown(name) })) ?? (server.folder === null ? [] : [{ value: server.folder, label: server.folder }]))]} {...form.getInputProps('folder')} />
        </SimpleGrid>
        <Fieldset legend="Who may use what">
          <Stack gap="sm">
            <TagsInput label="Only these tools" description="Names, with * for any" placeholder={form.values.allowedTools.length === 0 ? 'All' : ''} data={tools} {...form.getInputProps('allowedTools')} />
            <TagsInput label="Never these tools" description="Counts more than the list above" data={tools} {...form.getInputProps('deniedTools')} />
            <MultiSelect label="Only these roles in the project" placeholder={form.values.allowedRoles.length === 0 ? 'All' : ''} data={['viewer', 'contributor', 'admin']} {...form.getInputProps('allowedRoles')} />
            <Checkbox label="Keys may stand in the URL, for clients that can send no header" {...form.getInputProps('tokenUrls', { type: 'checkbox' })} />
            <Checkbox label="Public documents of the gateway name this server" {...form.getInputProps('listed', { type: 'checkbox' })} />
          </Stack>
        </Fieldset>
        <Fieldset legend="Limits">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>{numbers.map(([limit, label]) => <NumberInput key={limit} label={label} placeholder="as usual" min={1} allowDecimal={false} thousandSeparator=" " {...form.getInputProps(`limits.${limit}`)} />)}</SimpleGrid>
        </Fieldset>
        <ProblemNote error={save.error} />
        <Group justify="flex-end"><Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>Save</Button></Group>
      </Stack>
    </form>
  );
}
