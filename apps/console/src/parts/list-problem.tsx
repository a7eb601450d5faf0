import { ApiProblem } from '../api/problem.ts';
import { useOrg } from '../api/me.tsx';
import { IconFolder } from '../icons.ts';
import { Empty } from './empty.tsx';
import { Foreign } from './foreign.tsx';
import { ProblemNote } from './problem-note.tsx';

/** Whether a member was refused what every role in a project carries: they have none. */
export function useLacksRole(error: unknown): boolean {
  const { role } = useOrg();
  return role === 'member' && error instanceof ApiProblem && error.code === 'insufficient_role';
}

/** Why a list of what is in projects is not there. Having no role is where every new member begins, and no failure. */
export function ListProblem({ error, inOne = false }: { error: unknown; inOne?: boolean }) {
  const lacksRole = useLacksRole(error);
  return lacksRole ? <NoRole inOne={inOne} /> : <ProblemNote error={error} />;
}

/** @param inOne  it is about the project at hand, and not about any */
export function NoRole({ inOne = false }: { inOne?: boolean }) {
  const { name } = useOrg();
  return (
    <Empty icon={IconFolder} title={inOne ? 'You have no role in this project' : 'You have no role in a project yet'}>
      Servers, and what belongs to them, are in projects. Ask an administrator of <Foreign>{name}</Foreign> for a role in {inOne ? 'it' : 'one'}.
    </Empty>
  );
}
