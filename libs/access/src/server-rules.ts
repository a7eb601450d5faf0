import type { Action, ProjectRole, ToolHints } from '@latchkey/contracts';
import { matchesGlob } from './glob.ts';
import type { ServerPlace } from './subject.ts';

/** Whether the server is for this role in its project at all. */
export const servesRole = ({ settings }: ServerPlace, role: ProjectRole): boolean => settings?.restrictions?.allowedRoles?.includes(role) ?? true;

/** Whether the server offers this tool to anybody. A denied tool is denied although it is allowed too. */
export function offersTool({ settings }: ServerPlace, tool: string): boolean {
  const restrictions = settings?.restrictions;
  if (restrictions === undefined) return true;
  const { allowedTools, deniedTools } = restrictions;
  return (allowedTools?.some((glob) => matchesGlob(glob, tool)) ?? true) && !deniedTools.some((glob) => matchesGlob(glob, tool));
}

/** Whether there may be tools that the server offers to nobody. */
export function keepsTools({ settings }: ServerPlace): boolean {
  const restrictions = settings?.restrictions;
  return restrictions !== undefined && (restrictions.allowedTools !== null || restrictions.deniedTools.length > 0);
}

/** What is said of a tool: what the registry says comes before what the tool says of itself, hint by hint. */
export function hintsOf({ settings, tools }: ServerPlace, tool: string): ToolHints {
  const annotations = settings?.restrictions?.annotations;
  // Names come from outside: `constructor` is a fine name of a tool.
  const [said, told] = [tools, annotations].map((hints) => (hints !== undefined && Object.hasOwn(hints, tool) ? hints[tool] : undefined));
  return { ...said, ...told };
}

/**
 * What a grant must allow for this tool to be called: a tool of which nothing is known may change something. One that is said to destroy is
 * believed before one that is said to read only.
 */
export function actionOf(server: ServerPlace, tool: string): Action {
  if (server.tools === undefined && server.settings === undefined) return 'write';
  const { readOnlyHint, destructiveHint } = hintsOf(server, tool);
  if (destructiveHint === true) return 'delete';
  return readOnlyHint === true ? 'read' : 'write';
}
