import { createServer } from 'node:net';
import { EnvironmentError, PortInUseError } from '@latchkey/service';
import type { StandaloneEnv } from './env.ts';

const variables = ['LATCHKEY_GATEWAY_PORT', 'LATCHKEY_IDENTITY_PORT', 'LATCHKEY_KEYS_PORT'] as const;

function refusal(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Somebody on [::1] would get what a browser sends to "localhost", so both loopback addresses have to be free. */
async function problemOf(port: number, variable: string): Promise<string | undefined> {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await refusal(port, host);
    if (code === 'EADDRINUSE') return new PortInUseError(port, variable).message;
    if (code === 'EACCES') return `Port ${port} needs more rights than this process has. Set ${variable} to a port above 1023.`;
  }
  return undefined;
}

/** @throws EnvironmentError with every port that cannot be had, before anything has been started */
export async function checkPorts(env: StandaloneEnv): Promise<void> {
  const problems: string[] = [];
  for (const [index, variable] of variables.entries()) {
    const same = variables.slice(0, index).find((other) => env[other] === env[variable]);
    const problem = same === undefined ? await problemOf(env[variable], variable) : `${variable} and ${same} are both ${env[variable]}.`;
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length > 0) throw new EnvironmentError(problems);
}
