import type { HookError, WebhookAttemptError, WebhookVerifier } from '@latchkey/contracts';

export const verifierWords: Readonly<Record<WebhookVerifier, string>> = { standard: 'Standard Webhooks', github: 'GitHub', stripe: 'Stripe', slack: 'Slack', 'hmac-sha256': 'HMAC-SHA-256' };

export const hookErrorWords: Readonly<Record<HookError, string>> = {
  tool_error: 'The tool said that it failed', refused: 'The gateway refused the call', unavailable: 'The server could not be reached', disabled: 'The sender was switched off',
};

export const attemptErrorWords: Readonly<Record<WebhookAttemptError, string>> = { timeout: 'no answer in time', address_refused: 'not a public address', connection_failed: 'no connection' };

/** What an endpoint can be told of. */
export const eventWords = {
  '*': 'Everything', 'key.minted': 'A key was made', 'key.rotated': 'A key got a new secret', 'key.revoked': 'A key was revoked', 'keys.revoked': 'Many keys were revoked at once',
  'key.expiring': 'A key ends soon', 'webhook.endpoint_disabled': 'Another endpoint was switched off',
} as const;
