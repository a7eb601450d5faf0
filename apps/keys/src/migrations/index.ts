import { PersonalAccessTokens1700000000001 } from './1-personal-access-tokens.ts';
import { FeedDigest1700000000002 } from './2-feed-digest.ts';
import { PublishedSequence1700000000003 } from './3-published-sequence.ts';
import { AuditOutbox1700000000004 } from './4-audit-outbox.ts';
import { ReplayIndex1700000000005 } from './5-replay-index.ts';
import { KeyLimits1700000000006 } from './6-key-limits.ts';
import { WebhookEndpoints1700000000007 } from './7-webhook-endpoints.ts';
import { KeyLives1700000000008 } from './8-key-lives.ts';
import { WebhookSubscriptions1700000000009 } from './9-webhook-subscriptions.ts';
import { KeyUsage1700000000010 } from './10-key-usage.ts';
import { Connections1700000000011 } from './11-connections.ts';
import { EndUserIssuers1700000000012 } from './12-end-user-issuers.ts';
import { TracedOutbox1700000000013 } from './13-traced-outbox.ts';
import { RefusedHooks1700000000014 } from './14-refused-hooks.ts';
import { WantedScopes1700000000015 } from './15-wanted-scopes.ts';
import { OneChangedIndex1700000000016 } from './16-one-changed-index.ts';

/** In order; a class is never changed once it was released. */
export const migrations = [
  PersonalAccessTokens1700000000001,
  FeedDigest1700000000002,
  PublishedSequence1700000000003,
  AuditOutbox1700000000004,
  ReplayIndex1700000000005,
  KeyLimits1700000000006,
  WebhookEndpoints1700000000007,
  KeyLives1700000000008,
  WebhookSubscriptions1700000000009,
  KeyUsage1700000000010,
  Connections1700000000011,
  EndUserIssuers1700000000012,
  TracedOutbox1700000000013,
  RefusedHooks1700000000014,
  WantedScopes1700000000015,
  OneChangedIndex1700000000016,
];
