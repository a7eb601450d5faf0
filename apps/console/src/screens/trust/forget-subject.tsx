import type { LinkedSubject } from '@latchkey/contracts';
import { useMemberNames } from '../../api/members.ts';
import { useChange } from '../../api/use-api.ts';
import { Destroy } from '../../parts/destroy.tsx';
import { Foreign } from '../../parts/foreign.tsx';

/** @param path  of the list of subjects */
export function ForgetSubject({ subject: { id, subject, user }, path, onClose }: { subject: LinkedSubject; path: string; onClose: () => void }) {
  const nameOf = useMemberNames();
  const forget = useChange<undefined, LinkedSubject>({ method: 'DELETE', path: `${path}/${id}`, touches: ['grants'] });
  return (
    <Destroy title="Forget who this is?" action="Forget it" busy={forget.isPending} error={forget.error} onClose={onClose} onConfirm={() => forget.mutate(undefined, { onSuccess: onClose })}>
      <Foreign>{subject}</Foreign> stands for nobody here any more. Every program that was connected for <b><Foreign>{nameOf(user)}</Foreign></b> on the word of this issuer is refused within seconds; keys and what they allowed themselves go on working.
    </Destroy>
  );
}
