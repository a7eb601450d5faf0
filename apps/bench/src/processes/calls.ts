import { fork, type ChildProcess } from 'node:child_process';

/** What a process of a benchmark can be told to do; each takes and gives plain data. */
export type Calls = Record<string, (...args: never[]) => unknown>;

interface Call {
  number: number;
  name: string;
  args: never[];
}

interface Answer {
  number: number;
  value?: unknown;
  failure?: string;
}

/** A part of the system in a process of its own, so that it shares no event loop with what it is measured against. */
export interface Child<C extends Calls> {
  call<N extends keyof C & string>(name: N, ...args: Parameters<C[N]>): Promise<Awaited<ReturnType<C[N]>>>;
  stop(): Promise<void>;
}

/**
 * @param module  file name beside this one, whose process calls `answerCalls`
 * @param core  the one processor that it may use; without it, any
 * @param options  of Node
 * @param env  beside what this process has
 */
export function startChild<C extends Calls>(module: string, core?: number, options: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Child<C> {
  const pinned = core === undefined ? { execArgv: [...process.execArgv, ...options] } : { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath, ...options] };
  const child = fork(new URL(`./${module}.js`, import.meta.url), { serialization: 'advanced', env: { ...process.env, ...env }, ...pinned });
  const open = new Map<number, (answer: Answer) => void>();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => {
    for (const settle of open.values()) settle({ number: 0, failure: `the process ${module} is gone` });
  });
  child.on('message', (answer: Answer) => open.get(answer.number)?.(answer));
  let calls = 0;
  return {
    call: (name, ...args) =>
      new Promise((resolve, reject) => {
        calls += 1;
        const call: Call = { number: calls, name, args };
        open.set(call.number, ({ value, failure }) => {
          open.delete(call.number);
          if (failure === undefined) resolve(value as never);
          else reject(new Error(`${module}.${name}: ${failure}`));
        });
        child.send(call);
      }),
    stop: () => stop(child, gone),
  };
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.connected) child.disconnect();
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(late);
}

/** The other end: answers calls until the process that started this one lets go of it, or ends. */
export function answerCalls(calls: Calls, close: () => Promise<void>): void {
  process.on('message', ({ number, name, args }: Call) => {
    void (async () => {
      const answer: Answer = { number };
      try {
        answer.value = await calls[name](...args);
      } catch (error) {
        answer.failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      if (process.connected) process.send?.(answer);
    })();
  });
  process.once('disconnect', () => {
    void close().finally(() => process.exit());
  });
}
