import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { feedMessageSchema, writers, type FeedMessage } from '@latchkey/contracts';
import { subjectOf } from '@latchkey/feed';
import { z } from 'zod';
import { restoreTable, type InternedEntry } from '../token-table/restore-table.ts';
import { TokenTable } from '../token-table/token-table.ts';
import { headerBytes, openPart, partHeadLength, readPartHead, refuseHeader, type PartKind } from './part-cipher.ts';
import type { NoSnapshotReason, Snapshot } from './snapshot.ts';
import { requireKey } from './snapshot-key.ts';

export type ReadSnapshot<Compiled = undefined> = { snapshot: Snapshot<Compiled>; none?: undefined } | { snapshot?: undefined; none: NoSnapshotReason };

class Refusal extends Error {
  constructor(readonly reason: NoSnapshotReason) {
    super(reason);
  }
}

const position = z.object({ epoch: z.string(), sequence: z.number().int().nonnegative() });
const metaSchema = z.object({ createdAtMs: z.number(), positions: z.partialRecord(z.enum(writers), position) });
const endSchema = z.object({ parts: z.number(), rowBytes: z.number(), records: z.number() });
const entriesSchema = z.array(z.tuple([z.number(), z.string()]));
const lineSchema = feedMessageSchema.omit({ subject: true });

/**
 * Reads a snapshot and makes sure of all of it: either everything is as it was written, or there is no snapshot and the stream is
 * replayed from its beginning. Nothing that may have happened to a file throws.
 * @param key  32 bytes
 * @param newTable  makes the table that is to be filled, where it needs options
 * @throws TypeError when the key has another length
 */
export async function readSnapshot(path: string, key: Uint8Array): Promise<ReadSnapshot>;
export async function readSnapshot<Compiled>(path: string, key: Uint8Array, newTable: () => TokenTable<Compiled>): Promise<ReadSnapshot<Compiled>>;
export async function readSnapshot(path: string, key: Uint8Array, newTable: () => TokenTable<unknown> = () => new TokenTable()): Promise<ReadSnapshot<unknown>> {
  requireKey(key);
  let file: FileHandle | undefined;
  try {
    file = await openFile(path);
    return { snapshot: await readParts(file, key, newTable) };
  } catch (error) {
    if (error instanceof Refusal) return { none: error.reason };
    // What is authentic and still does not fit was written by another release, or by a bug: as good as damaged. So is what the disk cannot read.
    return { none: isSystemError(error) ? 'unreadable' : 'damaged' };
  } finally {
    await file?.close().catch(() => undefined);
  }
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    // Without blocking: to open a named pipe would wait for somebody to write to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new Refusal((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'unreadable');
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Refusal('not-a-file');
}

async function readParts(file: FileHandle, key: Uint8Array, newTable: () => TokenTable<unknown>): Promise<Snapshot<unknown>> {
  const header = await readExactly(file, headerBytes);
  const refused = refuseHeader(header, key);
  if (refused !== null) throw new Refusal(refused);

  const table = newTable();
  const buffer = new ReadBuffer();
  let meta: z.infer<typeof metaSchema> | undefined;
  let rowBytes = 0;
  const interned: Record<'policies' | 'owners', InternedEntry[]> = { policies: [], owners: [] };
  const records: FeedMessage[] = [];
  for (let number = 0; ; number += 1) {
    const { kind, content } = await readPart(file, key, header, number, buffer);
    if ((kind === 'meta') !== (number === 0)) throw new Refusal('damaged');
    if (kind === 'meta') meta = metaSchema.parse(json(content));
    else if (kind === 'rows') {
      table.rows.appendImage(content);
      rowBytes += content.length;
    } else if (kind === 'records') {
      for (const line of content.toString('utf8').split('\n')) records.push(toMessage(line));
    } else if (kind === 'end') {
      const end = endSchema.parse(json(content));
      const complete = end.parts === number && end.rowBytes === rowBytes && end.records === records.length;
      if (meta === undefined || !complete || !(await atEnd(file))) throw new Refusal('damaged');
      await restoreTable(table, interned);
      return { ...meta, table, records };
    } else {
      for (const entry of entriesSchema.parse(json(content))) interned[kind].push(entry);
    }
  }
}

const json = (content: Buffer): unknown => JSON.parse(content.toString('utf8'));

function toMessage(line: string): FeedMessage {
  const { version, record } = lineSchema.parse(JSON.parse(line));
  if (record.kind === 'pat') throw new Refusal('damaged');
  return { subject: subjectOf(record), version, record };
}

async function readPart(file: FileHandle, key: Uint8Array, header: Buffer, number: number, buffer: ReadBuffer): Promise<{ kind: PartKind; content: Buffer }> {
  const head = await readExactly(file, partHeadLength);
  const claimed = readPartHead(head);
  if (claimed === null) throw new Refusal('damaged');
  const sealed = await readExactly(file, claimed.sealedBytes, buffer.first(claimed.sealedBytes));
  try {
    return { kind: claimed.kind, content: openPart(key, header, number, head, sealed) };
  } catch {
    throw new Refusal('damaged');
  }
}

/** One piece of memory for all sealed parts: a new one each would leave the file's size behind as garbage. */
class ReadBuffer {
  private bytes = Buffer.alloc(0);

  first(length: number): Buffer {
    if (this.bytes.length < length) this.bytes = Buffer.allocUnsafeSlow(length);
    return this.bytes.subarray(0, length);
  }
}

async function readExactly(file: FileHandle, length: number, bytes: Buffer = Buffer.alloc(length)): Promise<Buffer> {
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, length - at);
    if (bytesRead === 0) throw new Refusal('cut-off');
    at += bytesRead;
  }
  return bytes;
}

async function atEnd(file: FileHandle): Promise<boolean> {
  return (await file.read(Buffer.alloc(1), 0, 1)).bytesRead === 0;
}
