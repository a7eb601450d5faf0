import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type Query, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import { useRef } from 'react';
import { takeBrought } from './brought.ts';
import { useOrg } from './me.tsx';
import { request, type ApiRequest } from './request.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

type Asked = Record<string, string | number | undefined>;

export interface AskOptions {
  query?: Asked;
  enabled?: boolean;
  /** Asks again by itself */
  everyMs?: number;
}

const familyOf = (path: string): string => path.split(/[/?]/)[2] ?? '';

/** Whether a question is about the thing at a path, or about something below it. */
const isWithin = (asked: string, path: string): boolean => asked === path || asked.startsWith(`${path}/`) || asked.startsWith(`${path}?`);

function withQuery(path: string, query: Asked = {}): string {
  const entries = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]));
  return entries.length === 0 ? path : `${path}?${new URLSearchParams(entries).toString()}`;
}

/** A question, and the name under which its answer is kept. @param full  with its query */
export const question = <T>(org: string, full: string) => ({ queryKey: [org, familyOf(full), full], queryFn: async ({ signal }: { signal: AbortSignal }) => (await takeBrought<T>(full)) ?? request<T>(full, { org, signal }) });

/** One thing of the management API, as it is in the organization at hand. @param path  from `/v1/` on */
export function useAsk<T>(path: string, { query, enabled = true, everyMs }: AskOptions = {}): UseQueryResult<T> {
  const { org } = useOrg();
  return useQuery({
    ...question<T>(org, withQuery(path, query)),
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
}

/** A list of the management API, page after page. */
export function useAskPages<T>(path: string, { query, enabled = true, everyMs }: AskOptions = {}) {
  const { org } = useOrg();
  const full = withQuery(path, query);
  const pages = useInfiniteQuery({
    queryKey: [org, familyOf(path), 'pages', full],
    queryFn: ({ signal, pageParam }) => request<Page<T>>(withQuery(path, { ...query, cursor: pageParam }), { org, signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
  return { ...pages, items: pages.data?.pages.flatMap(({ items }) => items) };
}

export interface ChangeOptions<In> {
  method: Exclude<ApiRequest['method'], 'GET' | undefined>;
  path: string | ((input: In) => string);
  /** What is sent; by default the input itself, and nothing with DELETE */
  body?: (input: In) => unknown;
  /** Families beside its own whose lists look different afterwards */
  touches?: readonly string[];
  /** What is sent twice, because an answer was lost, happens once */
  once?: true;
}

/** From what a browser has on every page: `randomUUID` is for pages over TLS only. */
const randomKey = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The name of a request: the same as long as the same is sent, and another one for anything else. */
function useRequestName(): (sent: unknown) => string {
  const last = useRef({ sent: '', key: '' });
  return (sent) => {
    const text = JSON.stringify(sent) ?? '';
    if (last.current.key === '' || last.current.sent !== text) last.current = { sent: text, key: randomKey() };
    return last.current.key;
  };
}

/** A change through the management API. Its answer is kept nowhere once the component is gone: it may hold a secret. */
export function useChange<In, Out>({ method, path, body, touches = [], once }: ChangeOptions<In>): UseMutationResult<Out, Error, In> {
  const { org } = useOrg();
  const client = useQueryClient();
  const nameOf = useRequestName();
  return useMutation<Out, Error, In>({
    gcTime: 0,
    mutationFn: (input) => {
      const sent = body !== undefined ? body(input) : method === 'DELETE' ? undefined : input;
      return request<Out>(typeof path === 'string' ? path : path(input), { method, org, body: sent, ...(once === true ? { idempotencyKey: nameOf(sent) } : {}) });
    },
    onSuccess: async (_answer, input) => {
      const at = typeof path === 'string' ? path : path(input);
      // What was deleted is not asked for again: it would only be missing.
      const stays = ({ queryKey }: Query) => method !== 'DELETE' || !isWithin(String(queryKey.at(-1)), at);
      await Promise.all([familyOf(at), 'audit', ...touches].map((family) => client.invalidateQueries({ queryKey: [org, family], predicate: stays })));
    },
  });
}
