import type { operations, OperationName } from '@latchkey/contracts/openapi';
import type { z } from 'zod';

type Operations = typeof operations;

/** What programs call: not what senders of webhooks and GitHub post or proxies ask, and no tools, whose bodies are no objects of ours. */
export type CallName = Exclude<OperationName, 'receiveHook' | 'reportGithubLeaks' | 'callTool' | 'askAboutServer' | 'askAboutCredential' | 'askAboutRequest'>;

type PathParameter<Path> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | PathParameter<Rest> : never;
/** Numbers of a query are numbers here, whatever else a URL could say. */
type Query<Q> = Q extends z.ZodType ? { [K in keyof z.input<Q>]?: unknown extends z.input<Q>[K] ? (K extends keyof z.output<Q> ? z.output<Q>[K] : never) : z.input<Q>[K] } : unknown;
type Body<B> = B extends z.ZodType ? z.input<B> : unknown;
type Member<T, K extends string> = T extends Record<K, infer V> ? V : undefined;
type Plain<T> = { [K in keyof T]: T[K] };

/** Path parameters, query and body of a call, in one object. */
export type CallInput<N extends CallName> = Plain<Record<PathParameter<Operations[N]['path']>, string> & Query<Member<Operations[N], 'query'>> & Body<Member<Operations[N], 'body'>>>;

export type CallAnswer<N extends CallName> = Operations[N]['answer'] extends z.ZodType ? z.output<Operations[N]['answer']> : undefined;

/** Calls that answer a page of a list. */
export type ListName = { [N in CallName]: CallAnswer<N> extends { items: unknown[]; nextCursor: string | null } ? N : never }[CallName];
export type ListItem<N extends ListName> = CallAnswer<N> extends { items: (infer Item)[] } ? Item : never;

export interface CallOptions {
  /** Your name for a mint or a rotation; without it one is made, so that a lost answer is asked for again and not minted again. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}
