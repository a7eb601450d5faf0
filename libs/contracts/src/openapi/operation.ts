import type { z } from 'zod';
import type { ErrorCode } from '../error-codes.ts';
import type { Scope } from '../scopes.ts';

/** One call of the HTTP API: what a document says of it, what a client sends and reads, what a test holds the service to. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With its parameters in braces: `/v1/pats/{id}` */
  path: `/${string}`;
  /** What a credential needs; `any`: to be good; null: no credential at all. Write implies read of the same family. */
  scope: Scope | 'any' | null;
  summary: string;
  description?: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The body may be left out. */
  bodyOptional?: true;
  /** The same request under the same `Idempotency-Key` is answered again. */
  idempotent?: true;
  /** A POST that may be repeated: doing it twice is doing it once. */
  repeatable?: true;
  status: number;
  /** Null: there is nothing to read. */
  answer: z.ZodType | null;
  /** Of the answer, where it is not `application/json`. */
  mediaType?: string;
  /** Codes beside those that every call can meet; `not_found` is said of every path with a parameter. */
  refusals?: readonly ErrorCode[];
  /** Has every refusal below 500, but 401, be 403: some proxies know no other. */
  refusesAsProxiesKnow?: true;
  /** Of the answer, beside those of every answer: by their names, what they say. */
  answerHeaders?: Readonly<Record<string, string>>;
  /** A body, or an answer, as it looks. */
  examples?: { body?: object; answer?: object };
}

/** Who answers: the same division as in the deployment. */
export type OperationService = 'identity' | 'keys' | 'gateway';

export interface OperationFamily {
  /** Heading in documents */
  tag: string;
  description: string;
  service: OperationService;
  operations: Readonly<Record<string, Operation>>;
}

/** Keeps the types of schemas and paths, which clients are typed by. */
export const defineOperations = <const T extends Record<string, Operation>>(operations: T): T => operations;

/** `GET /v1/pats/{id}` */
export const routeOf = ({ method, path }: Pick<Operation, 'method' | 'path'>): string => `${method.toUpperCase()} ${path}`;

/** Names in braces, in order. */
export const pathParameters = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
