import type { WebhookVerifier } from '@latchkey/contracts';
import { verifyGithub } from './github.ts';
import { verifyHmacSha256 } from './hmac-sha256.ts';
import type { Verifier } from './signed-request.ts';
import { verifySlack } from './slack.ts';
import { verifyStandard } from './standard.ts';
import { verifyStripe } from './stripe.ts';

/** WH-14. */
export const verifierOf: Readonly<Record<WebhookVerifier, Verifier>> = {
  standard: verifyStandard,
  stripe: verifyStripe,
  github: verifyGithub,
  slack: verifySlack,
  'hmac-sha256': verifyHmacSha256,
};
