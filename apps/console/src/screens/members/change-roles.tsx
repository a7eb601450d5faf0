import type { ChangedMember, ChangeMember, Member, OrgRole, ProjectRole } from '@latchkey/contracts';
import { Alert, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { useMe, useOrg } from '../../api/me.tsx';
import { useChange } from '../../api/use-api.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { FormButtons } from '../../parts/form-buttons.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ProjectRoles } from '../../parts/project-roles.tsx';
import { orgRoleWords, rolesToGive } from '../../words/roles.ts';

const rank: Readonly<Record<OrgRole, number>> = { owner: 2, admin: 1, member: 0 };

/** What differs, and nothing else: two who change different roles do not undo each other. */
function difference(member: Member, role: OrgRole, projects: Record<string, ProjectRole>): ChangeMember {
  const names = [...new Set([...Object.keys(member.projects), ...Object.keys(projects)])].filter((name) => member.projects[name] !== projects[name]);
  return { ...(role === member.role ? {} : { role }), ...(names.length === 0 ? {} : { projects: Object.fromEntries(names.map((name) => [name, projects[name] ?? null])) }) };
}

export function ChangeRoles({ member, onClose }: { member: Member; onClose: () => void }) {
  const { user } = useMe();
  const own = useOrg();
  const [role, setRole] = useState<OrgRole>(member.role);
  const [projects, setProjects] = useState<Record<string, ProjectRole>>(member.projects);
  const change = useChange<ChangeMember, ChangedMember>({ method: 'PATCH', path: `/v1/members/${member.user}`, touches: ['projects'] });
  const changed = difference(member, role, projects);
  const nothing = Object.keys(changed).length === 0;
  const submit = (event: React.SyntheticEvent) => {
    event.preventDefault();
    if (nothing) onClose();
    else change.mutate(changed, { onSuccess: onClose });
  };
  return (
    <Dialog onClose={onClose} title={`Roles of ${shown(member.name === '' ? member.email : member.name)}`}>
      <form onSubmit={submit}>
        <Stack>
          <Select label="In the organization" description={orgRoleWords[role].may} data-autofocus allowDeselect={false} value={role} onChange={(next) => setRole((next ?? role) as OrgRole)} data={rolesToGive(own.role).map((value) => ({ value, label: orgRoleWords[value].name }))} />
          {role === 'member' && <ProjectRoles value={projects} onChange={setProjects} />}
          {rank[role] < rank[member.role] && <Alert color="yellow">{member.user === user.id ? 'You give up what only the role before allows: you cannot give it back to yourself.' : 'Keys and programs of theirs that do more than the new role allows are refused from then on.'}</Alert>}
          <ProblemNote error={change.error} />
          <FormButtons action="Save roles" busy={change.isPending} onCancel={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
