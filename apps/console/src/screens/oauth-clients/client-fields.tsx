import type { OauthClientKind, OrgRole, ProjectRole, Server } from '@latchkey/contracts';
import type { Scope } from '@latchkey/contracts/scope-words';
import { MultiSelect, Select, TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useAsk, type Page } from '../../api/use-api.ts';
import { shown } from '../../parts/foreign.tsx';
import { ProjectRoles } from '../../parts/project-roles.tsx';
import { ScopeChecks } from '../../parts/scope-checks.tsx';
import { orgRoleWords } from '../../words/roles.ts';

export interface ClientForm {
  name: string;
  redirectUris: string[];
  scopes: Scope[];
  resources: string[];
  role: Exclude<OrgRole, 'owner'>;
  projects: Record<string, ProjectRole>;
}

export const validateClient = (kind: OauthClientKind) => ({
  name: (name: string) => (name.trim() === '' ? 'People see it when they are asked.' : null),
  redirectUris: (uris: string[]) => (kind !== 'machine' && uris.length === 0 ? 'At least one: it is where the answer goes. Enter adds it.' : null),
  scopes: (scopes: Scope[]) => (scopes.length === 0 ? 'Choose at least one.' : null),
});

/** What is sent of a form: by kind, and what is empty does not bound. */
export const clientBody = (kind: OauthClientKind, { name, redirectUris, scopes, resources, role, projects }: ClientForm) => ({
  name, scopes,
  ...(kind === 'machine' ? { machine: { role, projects: role === 'member' ? projects : {} } } : { redirectUris }),
  ...(resources.length === 0 ? {} : { resources }),
});

/** What can be said of a client when it is made and later. */
export function ClientFields({ kind, form }: { kind: OauthClientKind; form: UseFormReturnType<ClientForm> }) {
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 } });
  const known = servers.data?.items.map(({ resource, name }) => ({ value: resource, label: shown(name) })) ?? [];
  const others = form.values.resources.filter((resource) => !known.some(({ value }) => value === resource)).map((value) => ({ value, label: shown(value) }));
  return (
    <>
      <TextInput label="Name" description="People see it when they are asked for access." data-autofocus autoComplete="off" maxLength={100} required {...form.getInputProps('name')} />
      {kind !== 'machine' && <TagsInput label="Redirect URIs" description="Where the answer goes, to the letter: https, or http://127.0.0.1/… for a program on somebody's own computer. Enter adds one." splitChars={[' ', '\n']} acceptValueOnBlur required {...form.getInputProps('redirectUris')} />}
      {kind === 'machine' && <Select label="Its role" description={orgRoleWords[form.values.role].may} allowDeselect={false} data={(['member', 'admin'] as const).map((value) => ({ value, label: orgRoleWords[value].name }))} {...form.getInputProps('role')} />}
      {kind === 'machine' && form.values.role === 'member' && <ProjectRoles {...form.getInputProps('projects')} />}
      <ScopeChecks label="What it may ask for at most" {...form.getInputProps('scopes')} />
      <MultiSelect label="Only at these servers" placeholder={form.values.resources.length === 0 ? 'All of the organization' : ''} data={[...known, ...others]} {...form.getInputProps('resources')} />
    </>
  );
}
