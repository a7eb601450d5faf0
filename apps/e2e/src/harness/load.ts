import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

export interface LoadOptions {
  /** Each is a replica of the same service; where one refuses a connection or does not say that it is ready, the next is taken, as a proxy would. */
  origins: readonly string[];
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** What is no failure */
  isGood: (status: number, body: string) => boolean;
  /** Callers that ask one thing after the other */
  callers?: number;
}

export interface Load {
  /** Answers so far */
  readonly answered: number;
  /** Ends it. @returns what went wrong, one line each */
  stop(): Promise<string[]>;
}

const pauseMs = 40;

/** Nothing was sent where nobody took the connection, so whoever asks may turn to another. */
const isRefused = (error: unknown): boolean => {
  const { code = '', syscall } = (error ?? {}) as { code?: string; syscall?: string };
  return syscall === 'connect' || ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'].includes(code);
};

/** Asks again and again, on connections that are kept and let go when they are told to. A request that was sent and not answered well is a failure: nothing is tried twice. */
export function startLoad({ origins, path, method = 'GET', headers = {}, body, isGood, callers = 3 }: LoadOptions): Load {
  const agent = new Agent({ connections: 32, pipelining: 1, keepAliveTimeout: 3000, headersTimeout: 30_000, bodyTimeout: 30_000 });
  const failures: string[] = [];
  let answered = 0;
  let going = true;
  const ready = new Set(origins);
  const looks = origins.map(async (origin) => {
    for (; going; await sleep(pauseMs)) {
      const isReady = await agent.request({ origin, path: '/readyz', method: 'GET' }).then(async ({ statusCode, body: said }) => (await said.dump(), statusCode === 200), () => false);
      if (isReady) ready.add(origin);
      else ready.delete(origin);
    }
  });
  const ask = async (first: number): Promise<void> => {
    for (let index = first; ; index += 1) {
      const origin = origins[index % origins.length] ?? '';
      if (!ready.has(origin) && index - first < origins.length * 50) {
        await sleep(pauseMs / origins.length);
        continue;
      }
      try {
        const response = await agent.request({ origin, path, method, headers, ...(body === undefined ? {} : { body }) });
        const text = await response.body.text();
        answered += 1;
        if (!isGood(response.statusCode, text)) failures.push(`${origin}${path}: ${response.statusCode} ${text.slice(0, 200)}`);
        return;
      } catch (error) {
        if (isRefused(error) && index - first < origins.length * 50) {
          await sleep(pauseMs);
          continue;
        }
        failures.push(`${origin}${path}: ${String((error as { code?: string }).code)} ${(error as Error).message}`);
        return;
      }
    }
  };
  const callersAtWork = Array.from({ length: callers }, async (_, caller) => {
    for (let turn = caller; going; turn += 1) {
      await ask(turn);
      await sleep(pauseMs);
    }
  });
  return {
    get answered() {
      return answered;
    },
    async stop() {
      going = false;
      await Promise.all([...callersAtWork, ...looks]);
      await agent.close();
      return failures;
    },
  };
}
