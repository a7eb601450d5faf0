import { errorCodes } from '@latchkey/contracts';
import { Problem } from './problem.ts';
import { toProblemDocument } from './problem-document.ts';

describe('problem documents', () => {
  it('carry code, status, title and request id, and never the cause', () => {
    const problem = new Problem('token_revoked', { detail: 'Revoked an hour ago.', cause: new Error('row 17 of pats') });
    expect(toProblemDocument(problem, 'req-1', '/mcp/demo')).toEqual({
      type: 'https://latchkey.dev/errors#token_revoked',
      title: 'The credential was revoked',
      status: 401,
      detail: 'Revoked an hour ago.',
      instance: '/mcp/demo',
      code: 'token_revoked',
      requestId: 'req-1',
    });
  });

  it('say nothing of an error that is not a problem', () => {
    expect(toProblemDocument(new Error('password is hunter2'), 'req-2')).toEqual({
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      detail: 'This is our fault; by the request id it is found in the log.',
      instance: 'urn:request:req-2',
      requestId: 'req-2',
    });
  });

  it('say something that helps where the place that refuses says nothing, in one sentence for each code', () => {
    expect(toProblemDocument(new Problem('replayed'), 'req-3')).toEqual({
      type: 'https://latchkey.dev/errors#replayed', title: 'The message was delivered before', status: 409,
      detail: 'The same message came before and has been handled; there is nothing to do.', instance: 'urn:request:req-3', code: 'replayed', requestId: 'req-3',
    });
    for (const [code, { title, detail }] of Object.entries(errorCodes)) expect([code, /^[A-Z][^.`]+(?:\.[a-z\d][^.`]+)*\.$/.test(detail), detail === `${title}.`]).toEqual([code, true, false]);
  });

  it('pins the codes and their statuses', () => {
    expect(Object.fromEntries(Object.entries(errorCodes).map(([code, { status }]) => [code, status]))).toEqual({
      token_missing: 401, token_malformed: 401, token_unknown: 401, token_expired: 401, token_revoked: 401,
      token_wrong_audience: 401, proof_invalid: 401, owner_disabled: 401, insufficient_scope: 403, insufficient_role: 403, tool_not_allowed: 403,
      ip_not_allowed: 403, tenant_mismatch: 403, user_mismatch: 403, connection_required: 403, not_found: 404, tool_error: 422, rate_limited: 429, state_stale: 503,
      upstream_unavailable: 502, upstream_timeout: 504, body_too_large: 413, header_mismatch: 400, invalid_request: 400,
      conflict: 409, policy_violation: 403, signature_invalid: 401, replayed: 409,
    });
  });
});
