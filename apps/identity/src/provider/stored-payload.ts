import type { AdapterPayload } from 'oidc-provider';
import { openUnderSecret, sealUnderSecret } from '../keys/seal-under-secret.ts';

/** Members that hold bearer secrets of other artifacts: an interaction carries the ids of itself and of its pushed request. */
const secretMembers = ['returnTo', 'parJti', 'deviceCode'] as const;
const purpose = 'artifact secrets';

type Stored = AdapterPayload & { sealed?: string };

/** What of a payload may be written down: not its id, not the session's id that nobody reads, other ids only under a seal of its own id. */
export function toStored(id: string, payload: AdapterPayload): Stored {
  const { jti: _jti, ...stored }: Stored = payload;
  if (stored.session !== undefined) {
    const { cookie: _cookie, ...session } = stored.session;
    stored.session = session;
  }
  const secrets: Record<string, string> = {};
  for (const name of secretMembers) {
    const value = stored[name];
    if (value !== undefined) secrets[name] = value;
    delete stored[name];
  }
  if (Object.keys(secrets).length > 0) stored.sealed = sealUnderSecret(id, purpose, secrets).toString('base64');
  return stored;
}

export function fromStored(id: string, { sealed, ...payload }: Stored): AdapterPayload {
  const secrets = sealed === undefined ? {} : (openUnderSecret(id, purpose, Buffer.from(sealed, 'base64')) as AdapterPayload);
  return { ...payload, ...secrets, jti: id };
}
