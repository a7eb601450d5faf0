import type { AuditEvent, AuditFlaw, AuditVerification } from '@latchkey/contracts';
import { z } from 'zod';
import { chainOf, flawOf, genesis, type Head } from './chain-link.ts';

/** Loose: what a later version adds to an event is part of what was hashed. */
const lineSchema = z.object({
  position: z.number().int().min(1),
  previous: z.string(),
  hash: z.string(),
  event: z.looseObject({ org: z.string().nullable() }),
});

/**
 * Verifies an export, line by line, without any database. Its first link is taken as it is, unless it is the first of its chain.
 * @param options.org  whose log it has to be; by default that of the first line
 * @param options.head  noted down before; it has to be among the lines, unless they begin after it
 */
export async function verifyLines(lines: AsyncIterable<string>, { org, head }: { org?: string | null; head?: Head } = {}): Promise<AuditVerification> {
  let chain = org === undefined ? undefined : chainOf(org);
  let [last, first, found]: [Head | undefined, number | undefined, string | undefined] = [undefined, undefined, undefined];
  let checked = 0;
  const answer = (firstBad: AuditVerification['firstBad']): AuditVerification => ({ ok: firstBad === null, checked, firstBad, head: last ?? null, next: null });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const read = lineSchema.safeParse(jsonOf(line));
    if (!read.success) return answer({ position: (last?.position ?? 0) + 1, flaw: 'changed' });
    const link = { ...read.data, event: read.data.event as unknown as AuditEvent };
    chain ??= chainOf(link.event.org);
    first ??= link.position;
    last ??= { position: link.position - 1, hash: link.position === 1 ? genesis : link.previous };
    const flaw = flawOf(chain, last, link);
    if (flaw !== null) return answer({ position: last.position + 1, flaw });
    last = { position: link.position, hash: link.hash };
    if (link.position === head?.position) found = link.hash;
    checked += 1;
  }
  const flaw = head === undefined ? null : flawOfHead(head, found, first, last);
  return answer(flaw === null || head === undefined ? null : { position: head.position, flaw });
}

function flawOfHead(head: Head, found: string | undefined, first: number | undefined, last: Head | undefined): AuditFlaw | null {
  if (last === undefined || head.position > last.position) return 'truncated';
  if (first !== undefined && head.position < first) return null;
  return found === head.hash ? null : 'other_history';
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
