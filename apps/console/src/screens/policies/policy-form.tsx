import type { ChangedPolicy, OrganizationPolicy, PolicyDocument } from '@latchkey/contracts';
import { Alert, Button, Fieldset, Group, NumberInput, Select, Stack, Switch, TagsInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useIsAdmin } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { lives, signIns } from './words.ts';

/** What differs from what was read; nothing else is sent. */
const difference = (before: OrganizationPolicy, after: OrganizationPolicy): Partial<OrganizationPolicy> =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof OrganizationPolicy])));

export function PolicyForm({ document: { revision, policy, updatedAt } }: { document: PolicyDocument }) {
  const isAdmin = useIsAdmin();
  const form = useForm<OrganizationPolicy>({ initialValues: policy });
  const change = useChange<Partial<OrganizationPolicy>, ChangedPolicy>({ method: 'PATCH', path: '/v1/policies', body: (changed) => ({ revision, policy: changed }) });
  const submit = form.onSubmit((after) => change.mutate(difference(policy, after), {
    onSuccess: () => notifications.show({ message: 'The policy holds from now on, within seconds everywhere.' }),
    onError: (error) => form.setErrors(Object.fromEntries(Object.entries(fieldProblems(error)).map(([path, words]) => [path.replace(/^policy\./, '').replace(/\.\d+$/, ''), words]))),
  }));
  /** Null, "as this Latchkey has it", is what an empty field means. */
  const number = (name: 'requestsPerMinute' | 'requestsPerMinutePerCredential') => ({ ...form.getInputProps(name), value: form.values[name] ?? '', onChange: (next: string | number) => form.setFieldValue(name, next === '' ? null : Number(next)) });
  const life = (name: keyof typeof lives) => ({
    ...form.getInputProps(name), value: form.values[name] === null ? null : String(form.values[name]), onChange: (next: string | null) => form.setFieldValue(name, next === null ? null : Number(next)),
    placeholder: 'As this Latchkey has it', clearable: true, data: withOwn(lives[name], form.values[name]),
  });
  const changed = Object.keys(difference(policy, form.values)).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Fieldset disabled={!isAdmin} variant="unstyled" aria-label="Policy">
        <Stack maw={720}>
          {!isAdmin && <Alert>You can see what holds. Owners and administrators change it.</Alert>}
          <Fieldset legend="Signing in">
            <Stack>
              <Select label="Members sign in" allowDeselect={false} data={signIns} value={form.values.signInMethods.join('+')} onChange={(next) => form.setFieldValue('signInMethods', (next ?? 'password').split('+') as OrganizationPolicy['signInMethods'])} error={form.errors['signInMethods']} />
              <Switch label="A second factor is needed" description="Whoever has none sets one up before they get in." {...form.getInputProps('mfaRequired', { type: 'checkbox' })} />
              <Select label="Sign in again after" {...life('sessionMaxAgeSeconds')} />
            </Stack>
          </Fieldset>
          <Fieldset legend="How long things live, at most">
            <Stack>
              <Select label="Access tokens of programs" {...life('accessTokenTtlSeconds')} />
              <Select label="Connected programs, unused" {...life('refreshTokenTtlSeconds')} />
              <Select label="API keys" description="Those that would live longer end then." {...life('keyMaxLifetimeSeconds')} />
            </Stack>
          </Fieldset>
          <Fieldset legend="Which programs">
            <Stack>
              <Select label="Members may connect" allowDeselect={false} data={[{ value: 'any', label: 'any program' }, { value: 'trusted', label: 'programs that the organization vouches for' }, { value: 'registered', label: 'programs that are registered here' }]} {...form.getInputProps('clients')} />
              <TagsInput label="Trusted domains" description="Programs at these hosts count as vouched for; *.example.com is everything below. Enter adds one." {...form.getInputProps('trustedClientDomains')} />
              <TagsInput label="Blocked domains" description="Programs at these hosts are refused." {...form.getInputProps('blockedClientDomains')} />
              <Switch label="Only those vouched for may manage Latchkey" {...form.getInputProps('sensitiveScopesTrustedOnly', { type: 'checkbox' })} />
              <Select label="OAuth clients are registered by" allowDeselect={false} data={[{ value: 'admins', label: 'administrators' }, { value: 'members', label: 'every member' }]} {...form.getInputProps('clientRegistration')} />
            </Stack>
          </Fieldset>
          <Fieldset legend="How much">
            <Group grow align="flex-start">
              <NumberInput label="Calls a minute, all together" placeholder="No limit of its own" min={1} max={10_000_000} allowDecimal={false} {...number('requestsPerMinute')} />
              <NumberInput label="Calls a minute of one credential" placeholder="No limit of its own" min={1} max={10_000_000} allowDecimal={false} {...number('requestsPerMinutePerCredential')} />
            </Group>
          </Fieldset>
          <ProblemNote error={change.error} />
          {isAdmin && <Group><Button type="submit" loading={change.isPending} disabled={!changed}>Save the policy</Button>{changed && <Text size="sm" c="dimmed">What is stricter now ends what does not meet it: sessions, keys and programs are refused from then on.</Text>}</Group>}
          <Text size="xs" c="dimmed">{updatedAt === null ? 'Never changed: the defaults hold.' : <>Changed <Moment at={updatedAt} />.</>}</Text>
        </Stack>
      </Fieldset>
    </form>
  );
}

/** A value that the API was given is among the choices, whatever they are. */
function withOwn(choices: readonly { value: string; label: string }[], own: number | null): { value: string; label: string }[] {
  return own === null || choices.some(({ value }) => value === String(own)) ? [...choices] : [...choices, { value: String(own), label: `${own} seconds` }];
}
