import type { OauthClientKind } from '@latchkey/contracts';

export const kindWords: Readonly<Record<OauthClientKind, { name: string; is: string }>> = {
  public: { name: 'Public', is: 'Runs where a person is: a desktop program, a command line, a page in a browser. It can keep no secret, and has none.' },
  confidential: { name: 'Confidential', is: 'Runs on a server of yours and asks people there. It shows that it is itself with a secret.' },
  machine: { name: 'Machine', is: 'Acts for itself, without any person: a job, a pipeline. It signs in with a secret, and has a role of its own.' },
};
