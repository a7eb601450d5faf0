import type { Project, RegisteredServer, RegisterServer as RegisterServerBody } from '@latchkey/contracts';
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useAsk, useChange, type Page } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ProbeReport } from './probe-report.tsx';

/** A name as it can stand in an address. */
const slugOf = (name: string): string => name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63);

type Fields = Pick<RegisterServerBody, 'name' | 'slug' | 'url' | 'project'>;

export function RegisterServer({ onClose }: { onClose: () => void }) {
  const { org } = useOrg();
  const navigate = useNavigate();
  const projects = useAsk<Page<Project>>('/v1/projects', { query: { limit: 100 } });
  const register = useChange<Fields, RegisteredServer>({ method: 'POST', path: '/v1/servers', body: (fields) => ({ ...fields, org }) });
  const form = useForm<Fields>({
    initialValues: { name: '', slug: '', url: '', project: '' },
    validate: {
      name: (name) => (name.trim() === '' ? 'How people will call it.' : null),
      slug: (slug) => (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug) ? null : 'Lower-case letters, digits and single hyphens.'),
      url: (url) => (URL.canParse(url) && /^https?:/.test(url) ? null : 'A whole address, with https:// or http:// in front.'),
      project: (project) => (project === '' ? 'Choose the project that it belongs to.' : null),
    },
  });
  const only = projects.data?.items.length === 1 ? projects.data.items[0]?.slug : undefined;
  if (only !== undefined && form.values.project === '') form.setFieldValue('project', only);
  const submit = form.onSubmit((fields) => register.mutate(fields, { onError: (error) => form.setErrors(fieldProblems(error)) }));

  if (register.data !== undefined) {
    const { slug, name, probe } = register.data;
    return (
      <Dialog onClose={onClose} title={`${shown(name)} is registered`} size="lg">
        <Stack>
          <ProbeReport probe={probe} />
          <Group justify="flex-end"><Button data-autofocus onClick={() => void navigate(`/orgs/${org}/servers/${slug}`)}>Open it</Button></Group>
        </Stack>
      </Dialog>
    );
  }
  return (
    <Dialog onClose={onClose} title="Register an MCP server" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" data-autofocus required autoComplete="off" maxLength={100} {...form.getInputProps('name')} onChange={(event) => {
            const name = event.currentTarget.value;
            if (!form.isDirty('slug') || form.values.slug === slugOf(form.values.name)) form.setFieldValue('slug', slugOf(name));
            form.setFieldValue('name', name);
          }} />
          <TextInput label="Short name" description="Stands in the address that clients connect to, and can never be changed" required autoComplete="off" spellCheck={false} maxLength={63} {...form.getInputProps('slug')} />
          <TextInput label="Address of the server" description="Where the gateway reaches it, over Streamable HTTP" placeholder="https://mcp.example.com/mcp" type="url" required autoComplete="off" spellCheck={false} maxLength={2048} {...form.getInputProps('url')} />
          <Select label="Project" required allowDeselect={false} data={projects.data?.items.map(({ slug, name }) => ({ value: slug, label: shown(name) })) ?? []} {...form.getInputProps('project')} />
          <ProblemNote error={register.error} />
          <Group justify="flex-end"><Button variant="default" onClick={onClose}>Cancel</Button><Button type="submit" loading={register.isPending}>Register and look at it</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
