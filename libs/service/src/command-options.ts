import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './run-command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * A value may begin with a dash, as one key id of sixty-four does: such ids are random base64url (RFC 7638 section 3.1). `parseArgs` refuses it
 * where it is an argument of its own, so it is joined to its option, unless it is itself the name of an option.
 */
function joinValues(args: readonly string[], options: Options): string[] {
  const named = (argument: string): Options[string] | undefined => (argument.startsWith('--') ? options[argument.slice(2)] : undefined);
  const joined: string[] = [];
  let waiting = false;
  for (const argument of args) {
    if (waiting && argument.startsWith('-') && named(argument) === undefined) joined.push(`${joined.pop() ?? ''}=${argument}`);
    else joined.push(argument);
    waiting = !waiting && named(argument)?.type === 'string';
  }
  return joined;
}

/**
 * The options that a command was called with.
 * @param usage how to call it; what the error says, after what is wrong
 * @throws UsageError for an option that is not known, a value that is missing, or anything else than options
 */
export function commandOptions<const O extends Options>(options: O, usage: string, args: readonly string[] = process.argv.slice(2)) {
  try {
    return parseArgs({ args: joinValues(args, options), options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
