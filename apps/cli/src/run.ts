import { LatchkeyError } from '@latchkey/client';
import { errorExplanations, type ErrorCode } from '@latchkey/contracts';
import { Command, CommanderError } from 'commander';
import type { Act, Body } from './command.ts';
import { Context, type GlobalOptions } from './context.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { createProgram } from './program.ts';
import { clean } from './text.ts';
import type { World } from './world.ts';

/** Runs one command line to its end. @returns the exit code */
export async function run(args: readonly string[], world: World): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const act: Act = (body) => async (...given) => {
    // Commander hands over the arguments, then the options, then the command.
    const command = given.pop() as Command;
    given.pop();
    // What each command declares is what commander gives it.
    const declared = body as unknown as Body<unknown, unknown[]>;
    code = (await declared(new Context(world, command.optsWithGlobals<GlobalOptions>()), command.opts(), ...given)) ?? exitCodes.ok;
  };
  // Before anything is parsed: what is wrong may be what comes before it.
  const json = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length).includes('--json');
  const program = createProgram(json ? { ...world, err: () => undefined } : world, act);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    const isUsage = error instanceof CommanderError;
    if (isUsage && error.exitCode === 0) return exitCodes.ok;
    // Commander has said it already, in words.
    if (!isUsage || json) world.err(json ? `${JSON.stringify({ error: described(error) })}\n` : complaint(described(error)));
    return isUsage ? exitCodes.usage : exitCodeOf(error);
  }
}

interface Described {
  code: string;
  message: string;
  status?: number;
  requestId?: string;
  issues?: { path: string; message: string }[];
  retryAfterSeconds?: number;
  advice?: string;
}

/** What may be told of an error: of one that nobody expected, its message and no more. */
function described(error: unknown): Described {
  if (error instanceof CommanderError) return { code: 'usage', message: error.code === 'commander.help' ? 'Name a command.' : error.message.replace(/^error: /, ''), advice: '--help says more' };
  if (error instanceof Failure) return { code: error.code, message: error.message, ...adviceOf(error) };
  if (!(error instanceof LatchkeyError)) return { code: 'unexpected', message: error instanceof Error ? error.message : String(error) };
  const { code, message, status, requestId, issues, retryAfterSeconds } = error;
  const advice = Object.hasOwn(errorExplanations, code) ? errorExplanations[code as ErrorCode].cure : undefined;
  return {
    code, message, ...(status === null ? {} : { status }), ...(requestId === undefined ? {} : { requestId }), ...(issues.length === 0 ? {} : { issues }),
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }), ...(advice === undefined ? {} : { advice }),
  };
}

/** The doctor itself has no use for the last word. */
const adviceOf = ({ code, advice }: Failure): { advice?: string } => {
  const words = [advice, code === 'bad_metadata' ? 'latchkey doctor looks closer.' : undefined].filter((word) => word !== undefined);
  return words.length === 0 ? {} : { advice: words.join(' ') };
};

function complaint({ code, message, requestId, issues: all = [], advice }: Described): string {
  // What is wrong first stands in the message already; what is said of the whole has no path.
  const issues = all.map(({ path, message: wrong }) => `${path === '' ? 'body' : path}: ${wrong}`).filter((issue) => issue !== message);
  const lines = [`${code}: ${message}`, ...issues.map((issue) => `  ${issue}`), ...(advice === undefined ? [] : [advice]), ...(requestId === undefined ? [] : [`request id: ${requestId}`])];
  return lines.map((line) => `${clean(line)}\n`).join('');
}
