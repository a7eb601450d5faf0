import 'reflect-metadata';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { slugSchema, verifyAuditQuerySchema, type AuditVerification } from '@latchkey/contracts';
import { openPostgres } from '@latchkey/postgres';
import { commandOptions, envOf, runCommand, say, UsageError } from '@latchkey/service';
import { chainOf } from '../audit/chain-link.ts';
import { auditEntities } from '../audit/providers.ts';
import { verifyLines } from '../audit/verify-lines.ts';
import { VerifyChain } from '../audit/verify-chain.ts';
import { identityEnvSchema } from '../env.ts';

const usage = `npm run audit:verify -- (--org <slug> | --deployment) [--head <position>:<hash>] [--file <export.ndjson>]

Verifies the audit log of an organization, or of the deployment itself, in the database of DATABASE_URL; with --file, an export of it.
--head is one that was noted down before: with it, a log whose end was cut off is found out.
Exit code: 0 all is as it was linked; 1 something is not; 2 nothing was verified.`;

function readArguments(): { org: string | null; head: { position: number; hash: string } | undefined; file: string | undefined } {
  const options = { org: { type: 'string' }, deployment: { type: 'boolean' }, head: { type: 'string' }, file: { type: 'string' } } as const;
  const values = commandOptions(options, usage);
  const head = verifyAuditQuerySchema.shape.head.safeParse(values.head);
  const named = slugSchema.safeParse(values.org).success !== (values.deployment === true);
  if (!named || !head.success) throw new UsageError(usage);
  return { org: values.org ?? null, head: head.data, file: values.file };
}

async function verifyStored(org: string | null, head: { position: number; hash: string } | undefined): Promise<AuditVerification> {
  const { DATABASE_URL: url } = envOf(identityEnvSchema.pick({ DATABASE_URL: true }));
  const dataSource = await openPostgres({ url, schema: 'identity', entities: auditEntities, migrations: [] });
  try {
    return await new VerifyChain(dataSource).run(chainOf(org), { head });
  } finally {
    await dataSource.destroy();
  }
}

runCommand(async () => {
  const { org, head, file } = readArguments();
  const lines = file === undefined ? undefined : createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const verification = lines === undefined ? await verifyStored(org, head) : await verifyLines(lines, { org, ...(head === undefined ? {} : { head }) });
  say({ ...verification, head: verification.head === null ? null : `${verification.head.position}:${verification.head.hash}` });
  return verification.ok ? 0 : 1;
});
