import * as pats from '../../http/pats.ts';
import { usagePageSchema, usageQuerySchema } from '../../http/usage.ts';
import { defineOperations } from '../operation.ts';

const key = {
  id: 'Ab3dEf9h', name: 'CI', prefix: 'lk_pat_Ab3dEf9h', org: 'acme', owner: '0198c9f2-7d3b-7c4e-9a51-0e2f6f1c8a10', scopes: ['mcp:read', 'mcp:execute'], projects: ['prod'],
  status: 'active', createdAt: '2026-03-01T12:00:00.000Z', expiresAt: '2026-05-30T12:00:00.000Z', lastUsedAt: null, revokedAt: null,
};
const issued = { ...key, token: 'lk_pat_Ab3dEf9h_…', consistency: 'keys:…' };
/** Where a new key would be more than whoever asks for it. */
const bounds = ['policy_violation', 'conflict'] as const;

export const patOperations = defineOperations({
  mintPat: {
    method: 'post', path: '/v1/pats', scope: 'keys:write',
    summary: 'Mint a key',
    description: 'The token is in this answer and nowhere else. `kind: "service"` makes a key of the organization itself. A key is never more than whoever mints it.',
    body: pats.mintPatSchema, idempotent: true, status: 201, answer: pats.mintedPatSchema, refusals: bounds,
    examples: { body: { name: 'CI', org: 'acme', scopes: ['mcp:read', 'mcp:execute'], projects: ['prod'], expiresIn: '90d' }, answer: issued },
  },
  listPats: {
    method: 'get', path: '/v1/pats', scope: 'keys:read',
    summary: 'List keys', description: 'Newest first; revoked and expired ones stay listed. Members see their own, owners and administrators all of the organization.',
    query: pats.listPatsQuerySchema, status: 200, answer: pats.patPageSchema, examples: { answer: { items: [key], nextCursor: null } },
  },
  showPat: {
    method: 'get', path: '/v1/pats/{id}', scope: 'keys:read',
    summary: 'Show a key', description: 'Never the token.', status: 200, answer: pats.patSchema, examples: { answer: key },
  },
  changePat: {
    method: 'patch', path: '/v1/pats/{id}', scope: 'keys:write',
    summary: 'Rename a key, or narrow it', description: 'What is given takes the place of what there is, and may be no more than that, whoever asks: 403 `invalid_request` names what would become wider.',
    body: pats.changePatSchema, status: 200, answer: pats.changedPatSchema, refusals: ['conflict'],
    examples: { body: { tools: ['demo:get_*'] } },
  },
  rotatePat: {
    method: 'post', path: '/v1/pats/{id}/rotate', scope: 'keys:write',
    summary: 'Give a key a successor', description: 'The old token goes on working for `graceSeconds`.',
    body: pats.rotatePatSchema, bodyOptional: true, idempotent: true, status: 201, answer: pats.mintedPatSchema, refusals: bounds,
    examples: { body: { graceSeconds: 86_400 }, answer: issued },
  },
  revokePat: {
    method: 'delete', path: '/v1/pats/{id}', scope: 'keys:write',
    summary: 'Revoke a key', description: 'For ever. Again is the same.',
    body: pats.revokePatSchema, bodyOptional: true, status: 200, answer: pats.revokedPatSchema,
    examples: { answer: { id: 'Ab3dEf9h', status: 'revoked', revokedAt: '2026-03-02T09:30:00.000Z', consistency: 'keys:…' } },
  },
  revokePats: {
    method: 'post', path: '/v1/pats/revoke', scope: 'keys:write',
    summary: 'Revoke many keys', description: 'By `ids`, all or none; or all that meet what is said by `user`, `org`, `project` and `issuedBefore`, as one event.',
    body: pats.revokePatsSchema, repeatable: true, status: 200, answer: pats.revokedPatsSchema, refusals: ['not_found'],
    examples: { body: { project: 'prod', issuedBefore: '2026-03-01T00:00:00Z' }, answer: { revoked: 12, consistency: 'keys:…' } },
  },
  verifyPat: {
    method: 'post', path: '/v1/pats/verify', scope: 'keys:read',
    summary: 'Ask whether a token is good', description: 'For services that are shown a key. A no is an answer with a code, and no error.',
    body: pats.verifyPatSchema, repeatable: true, status: 200, answer: pats.verifiedPatSchema,
    examples: {
      body: { token: 'lk_pat_Ab3dEf9h_…', scope: 'mcp:read', resource: 'org/acme/project/prod/server/demo' },
      answer: { valid: true, code: null, principal: { id: key.id, name: key.name, org: key.org, owner: key.owner, scopes: key.scopes, projects: key.projects, expiresAt: key.expiresAt } },
    },
  },
  patUsage: {
    method: 'get', path: '/v1/pats/usage', scope: 'keys:read',
    summary: 'Add up the use of keys', description: 'Of the last 30 days unless said; a minute behind at most.',
    query: usageQuerySchema, status: 200, answer: usagePageSchema, examples: { answer: { items: [{ name: 'Ab3dEf9h', calls: 4211 }], nextCursor: null } },
  },
});
