import { errorCodes, type ErrorCode } from '../error-codes.ts';
import { requestHeaders } from '../headers.ts';
import { problemDocumentSchema } from '../http/problem-document.ts';
import { scopeDescriptions } from '../scopes.ts';
import { Components, type JsonSchema } from './components.ts';
import { families } from './families.ts';
import { pathParameters, type Operation, type OperationFamily, type OperationService } from './operation.ts';
import { namedRefusals, refusalsByStatus, refusalsOf } from './refusals.ts';

export interface DocumentOptions {
  /** Public URL of the gateway, where every call goes. */
  gatewayUrl: string;
  /** Where access tokens come from. */
  issuer: string;
  /** One service's part; without it the whole. */
  service?: OperationService;
}

const introduction = `Every call goes to the gateway with \`Authorization: Bearer …\`: a personal access token, a service key, or an OAuth access token for the resource \`{gateway}/v1\`.

- **Errors** are \`application/problem+json\` with a \`code\` that never changes its meaning.
- **Lists** are \`{ items, nextCursor }\`, newest first; send \`nextCursor\` back as \`cursor\` until it is null.
- **Consistency**: what changes something answers \`consistency\`. Sent back as \`X-Consistency\`, it keeps the next call from being judged on older state.
- **Retries**: 429 and 503 say in \`Retry-After\` when. With an \`Idempotency-Key\` a mint or a rotation that was answered and not heard is answered again.`;

const describe: Record<string, string> = {
  [requestHeaders.idempotencyKey]: 'Your name for this request: sent again under it within ten minutes, it gets the same answer.',
  [requestHeaders.consistency]: 'A `consistency` that an earlier answer gave: nothing older is used to judge this call.',
};
const header = (name: string, as: string): JsonSchema => ({ name: as, in: 'header', required: false, description: describe[name], schema: { type: 'string', maxLength: name === requestHeaders.idempotencyKey ? 255 : 512 } });
const headerParameters = { IdempotencyKey: header(requestHeaders.idempotencyKey, 'Idempotency-Key'), Consistency: header(requestHeaders.consistency, 'X-Consistency') };

const answerHeaders = {
  RequestId: { description: 'Names the request in our logs.', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } },
  Challenge: { description: 'RFC 6750: what would help.', schema: { type: 'string' } },
};
const headersFor = (status: number): JsonSchema => ({
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
  ...([429, 503].includes(status) ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}),
  ...([401, 403].includes(status) ? { 'WWW-Authenticate': { $ref: '#/components/headers/Challenge' } } : {}),
});

function queryParameters(operation: Operation, components: Components): JsonSchema[] {
  if (operation.query === undefined) return [];
  const { properties = {}, required = [] } = components.schema(operation.query, 'input') as { properties?: Record<string, JsonSchema>; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

const sentences = (codes: readonly ErrorCode[]): string => codes.map((code) => `\`${code}\`: ${errorCodes[code].title}.`).join(' ');

const refusalAnswer = (status: number, codes: readonly ErrorCode[], components: Components): JsonSchema => ({
  description: sentences(codes), headers: headersFor(status), content: { 'application/problem+json': { schema: components.schema(problemDocumentSchema, 'output') } },
});

/** The refusals of an operation by their status; codes may share one. */
function refusals(operation: Operation, components: Components): Record<string, JsonSchema> {
  const answers = refusalsByStatus(refusalsOf(operation), operation.refusesAsProxiesKnow).map(([status, codes]) => {
    const name = Object.keys(namedRefusals).find((known) => namedRefusals[known]?.join() === codes.join());
    return [String(status), name === undefined ? refusalAnswer(status, codes, components) : { $ref: `#/components/responses/${name}` }];
  });
  return Object.fromEntries(answers);
}

const sharedRefusals = (components: Components): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(namedRefusals).map(([name, codes]) => [name, refusalAnswer(errorCodes[codes[0] ?? 'invalid_request'].status, codes, components)]));

function describeOperation(name: string, operation: Operation, tag: string, components: Components): JsonSchema {
  const { summary, description, scope, body, bodyOptional, idempotent, status, answer, mediaType = 'application/json', answerHeaders: told = {}, examples = {}, path, method } = operation;
  const parameters = [
    ...pathParameters(path).map((parameter) => ({ name: parameter, in: 'path', required: true, schema: { type: 'string' } })),
    ...queryParameters(operation, components),
    ...(idempotent === true ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(scope === null || method !== 'get' ? [] : [{ $ref: '#/components/parameters/Consistency' }]),
  ];
  const content = (schema: JsonSchema, example: object | undefined): JsonSchema => ({ schema, ...(example === undefined ? {} : { example }) });
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: bodyOptional !== true, content: { 'application/json': content(components.schema(body, 'input'), examples.body) } } }),
    responses: {
      [status]: {
        description: 'Done.',
        headers: { ...headersFor(status), ...Object.fromEntries(Object.entries(told).map(([header, says]) => [header, { description: says, schema: { type: 'string' } }])) },
        ...(answer === null ? {} : { content: { [mediaType]: content(components.schema(answer, 'output'), examples.answer) } }),
      },
      ...refusals(operation, components),
    },
    security: scope === null ? [] : scope === 'any' ? [{ key: [] }, { oauth: [] }] : [{ key: [scope] }, { oauth: [scope] }],
  };
}

const securitySchemes = (issuer: string): JsonSchema => ({
  key: { type: 'http', scheme: 'bearer', description: 'A personal access token (`lk_pat_…`) or a service key (`lk_svc_…`) with the scope.' },
  oauth: {
    type: 'oauth2',
    description: 'An access token for the resource `{gateway}/v1`; authorization code with PKCE, or client credentials.',
    flows: {
      authorizationCode: { authorizationUrl: `${issuer}/oauth/authorize`, tokenUrl: `${issuer}/oauth/token`, scopes: scopeDescriptions },
      clientCredentials: { tokenUrl: `${issuer}/oauth/token`, scopes: scopeDescriptions },
    },
  },
});

const titles: Record<OperationService | 'all', string> = { gateway: 'Latchkey: tools over REST, and the question of a proxy', identity: 'Latchkey: organizations, servers, clients', keys: 'Latchkey: keys and webhooks', all: 'Latchkey' };

/** The OpenAPI 3.1 document of the HTTP API, made of what services and clients read too. */
export function openapiDocument({ gatewayUrl, issuer, service }: DocumentOptions): JsonSchema {
  const components = new Components();
  const described: readonly OperationFamily[] = families.filter((family) => service === undefined || family.service === service);
  const paths: Record<string, JsonSchema> = {};
  for (const { tag, operations } of described) {
    for (const [name, operation] of Object.entries(operations)) {
      paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(name, operation, tag, components) };
    }
  }
  const responses = sharedRefusals(components);
  return {
    openapi: '3.1.0',
    info: { title: titles[service ?? 'all'], version: '1', description: introduction, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: gatewayUrl }],
    tags: described.map(({ tag, description }) => ({ name: tag, description })),
    paths,
    components: { schemas: components.all(), responses, parameters: headerParameters, headers: answerHeaders, securitySchemes: securitySchemes(issuer) },
  };
}
