import type { Invitation, OrgRole, ProjectRole } from '@latchkey/contracts';
import { Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useOrg } from '../../api/me.tsx';
import { fieldProblems } from '../../api/problem.ts';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ProjectRoles } from '../../parts/project-roles.tsx';
import { orgRoleWords, rolesToGive } from '../../words/roles.ts';

interface Fields {
  email: string;
  role: OrgRole;
  projects: Record<string, ProjectRole>;
}

export function Invite({ onClose }: { onClose: () => void }) {
  const { role } = useOrg();
  const form = useForm<Fields>({ initialValues: { email: '', role: 'member', projects: {} }, validate: { email: (email) => (email.includes('@') ? null : 'The address that the invitation is mailed to.') } });
  const invite = useChange<Fields, Invitation>({ method: 'POST', path: '/v1/members/invitations', body: ({ projects, ...fields }) => ({ ...fields, projects: fields.role === 'member' ? projects : {} }) });
  const submit = form.onSubmit((fields) => invite.mutate(fields, {
    onSuccess: ({ email }) => {
      notifications.show({ message: `${shown(email)} is invited. The link is in the mail, and nowhere else.` });
      onClose();
    },
    onError: (error) => form.setErrors(fieldProblems(error)),
  }));
  return (
    <Dialog onClose={onClose} title="Invite somebody">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Email" type="email" description="Only whoever can read its mail joins." data-autofocus autoComplete="off" maxLength={254} required {...form.getInputProps('email')} />
          <Select label="In the organization" description={orgRoleWords[form.values.role].may} allowDeselect={false} data={rolesToGive(role).map((value) => ({ value, label: orgRoleWords[value].name }))} {...form.getInputProps('role')} />
          {form.values.role === 'member' && <ProjectRoles {...form.getInputProps('projects')} />}
          <ProblemNote error={invite.error} />
          <FormButtons action="Send the invitation" busy={invite.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
