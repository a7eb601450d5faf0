import { Provider1700000000001 } from './1-provider.ts';
import { Accounts1700000000002 } from './2-accounts.ts';
import { FeedDigest1700000000003 } from './3-feed-digest.ts';
import { KeyRotation1700000000004 } from './4-key-rotation.ts';
import { AuditMailPolicies1700000000005 } from './5-audit-mail-policies.ts';
import { ClientBounds1700000000006 } from './6-client-bounds.ts';
import { AccountsByMail1700000000007 } from './7-accounts-by-mail.ts';
import { Federation1700000000008 } from './8-federation.ts';
import { ProjectsAndFolders1700000000009 } from './9-projects-and-folders.ts';
import { PublishedSequence1700000000010 } from './10-published-sequence.ts';
import { AuditChain1700000000011 } from './11-audit-chain.ts';
import { ConnectedPrograms1700000000012 } from './12-connected-programs.ts';
import { SecondFactor1700000000013 } from './13-second-factor.ts';
import { Invitations1700000000014 } from './14-invitations.ts';
import { DeviceFlow1700000000015 } from './15-device-flow.ts';
import { Domains1700000000016 } from './16-domains.ts';
import { SessionsByAccount1700000000017 } from './17-sessions-by-account.ts';
import { IdentityProviders1700000000018 } from './18-identity-providers.ts';
import { TrustedIssuers1700000000019 } from './19-trusted-issuers.ts';
import { ReplayIndex1700000000020 } from './20-replay-index.ts';
import { ChosenProjects1700000000021 } from './21-chosen-projects.ts';
import { ServerSettings1700000000022 } from './22-server-settings.ts';
import { ServerHealth1700000000023 } from './23-server-health.ts';
import { ServerProbes1700000000024 } from './24-server-probes.ts';
import { TracedOutbox1700000000025 } from './25-traced-outbox.ts';
import { OneChangedIndex1700000000026 } from './26-one-changed-index.ts';

/** In order; a class is never changed once it was released. */
export const migrations = [
  Provider1700000000001,
  Accounts1700000000002,
  FeedDigest1700000000003,
  KeyRotation1700000000004,
  AuditMailPolicies1700000000005,
  ClientBounds1700000000006,
  AccountsByMail1700000000007,
  Federation1700000000008,
  ProjectsAndFolders1700000000009,
  PublishedSequence1700000000010,
  AuditChain1700000000011,
  ConnectedPrograms1700000000012,
  SecondFactor1700000000013,
  Invitations1700000000014,
  DeviceFlow1700000000015,
  Domains1700000000016,
  SessionsByAccount1700000000017,
  IdentityProviders1700000000018,
  TrustedIssuers1700000000019,
  ReplayIndex1700000000020,
  ChosenProjects1700000000021,
  ServerSettings1700000000022,
  ServerHealth1700000000023,
  ServerProbes1700000000024,
  TracedOutbox1700000000025,
  OneChangedIndex1700000000026,
];
