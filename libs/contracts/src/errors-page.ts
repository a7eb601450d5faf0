import { errorCodes, type ErrorCode } from './error-codes.ts';
import { errorExplanations } from './error-explanations.ts';

const introduction = `# Error codes

<!-- Written by \`npm run docs:errors\` from libs/contracts/src/error-codes.ts and error-explanations.ts: change those. -->

Every refusal carries a \`code\` that never changes its meaning. Before an MCP message is parsed, and on all REST paths, it comes as
\`application/problem+json\` (RFC 9457); inside MCP it is a JSON-RPC error; OAuth endpoints answer with \`error\` and \`error_description\`
as RFC 6749 has it. \`requestId\` is also in the \`X-Request-Id\` header and in our logs.

A 401 always means that *this credential* will not work. For trouble of our own we answer 5xx, because clients throw credentials away on 401.
A failure that has no code is 500 and ours: the request id finds it. A [proxy's question](authz.md) is answered 403 where a caller would get another 4xx than 401.`;

const statusesOf = (code: ErrorCode): number[] => [errorCodes[code].status, ...(errorExplanations[code].also ?? [])].sort((one, other) => one - other);

/** docs/errors.md, as it has to be. */
export function errorsPage(): string {
  const rows = (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const { cause, cure } = errorExplanations[code];
    return `| \`${code}\` | ${statusesOf(code).join(', ')} | ${errorCodes[code].title}. | ${cause} | ${cure} |`;
  });
  return [introduction, '', '| code | status | meaning | cause | what to do |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}
