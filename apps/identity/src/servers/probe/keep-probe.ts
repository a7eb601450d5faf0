import type { ServerProbe, ToolHints } from '@latchkey/contracts';
import { IsNull, type EntityManager } from 'typeorm';
import { recordAudit, type AuditAuthor } from '../../audit/record-audit.ts';
import { ServerEntity } from '../server.entity.ts';
import { stageServer } from '../stage-server.ts';

/** Of the tools that say something of themselves, what they say. */
const hintsIn = (tools: NonNullable<ServerProbe['tools']>): Record<string, ToolHints> =>
  Object.fromEntries(tools.filter(({ annotations }) => Object.keys(annotations).length > 0).map(({ name, annotations }) => [name, annotations]));

/** The same for the same hints, whatever the order in which they came, or in which the database gives them back. */
const textOf = (tools: Record<string, ToolHints>): string => JSON.stringify(Object.entries(tools).map(([name, { readOnlyHint, destructiveHint }]) => [name, readOnlyHint, destructiveHint]).sort());

/**
 * Keeps what a gateway found. Calls are judged by what tools say of themselves, so where that changed it is a change of the server like any other: a
 * revision, a record, an entry. What could not be seen this time stays as it was.
 * @returns null for a server that is gone, or elsewhere by now
 */
export async function keepProbe(manager: EntityManager, { slug, url }: { slug: string; url: string }, probe: ServerProbe, by: AuditAuthor): Promise<{ revision: number; consistency?: string } | null> {
  const row = await manager.findOne(ServerEntity, { where: { slug, url, deletedAt: IsNull() }, lock: { mode: 'pessimistic_write' } });
  if (row === null) return null;
  const tools = probe.tools === null ? row.tools : hintsIn(probe.tools);
  const changed = textOf(tools) !== textOf(row.tools);
  const after = { ...row, tools, probe, revision: changed ? row.revision + 1 : row.revision };
  await manager.update(ServerEntity, { id: row.id }, { tools, probe, probedAt: new Date(), revision: after.revision });
  if (!changed) return { revision: row.revision };
  const names = Object.keys(tools);
  const details = { revision: after.revision, tools: probe.tools?.length ?? 0, readOnly: names.filter((name) => tools[name]?.readOnlyHint === true).slice(0, 50), destructive: names.filter((name) => tools[name]?.destructiveHint === true).slice(0, 50) };
  await recordAudit(manager, { org: row.org, ...by, action: 'server.tools_changed', target: { kind: 'server', id: slug, name: row.name }, details });
  return { revision: after.revision, consistency: await stageServer(manager, after) };
}
