import { displayNameSchema, expiryPresetSchema, mintPatSchema, slugSchema, type MintPat, type Scope } from '@latchkey/contracts';
import { z } from 'zod';

/** What a key may be made for here, in words; finer choices are the API's. */
export const keyPurposes = {
  call: { words: 'List, read and call tools', scopes: ['mcp:read', 'mcp:execute', 'workflow:read', 'workflow:run'] },
  read: { words: 'List and read only', scopes: ['mcp:read', 'workflow:read'] },
  manage: { words: 'Manage keys and MCP servers', scopes: ['keys:read', 'keys:write', 'servers:read', 'servers:write', 'org:read'] },
} as const satisfies Record<string, { words: string; scopes: readonly Scope[] }>;

export const expiryWords: Record<z.infer<typeof expiryPresetSchema>, string> = {
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  '365d': 'a year',
  never: 'never',
};

export const keyFormSchema = z.object({
  name: displayNameSchema,
  org: slugSchema,
  purpose: z.enum(['call', 'read', 'manage']),
  expiresIn: expiryPresetSchema,
});

/** The form as a body of `POST /v1/pats`. */
export function toMint({ purpose, ...form }: z.output<typeof keyFormSchema>): MintPat {
  return mintPatSchema.parse({ ...form, scopes: keyPurposes[purpose].scopes });
}
