import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { headerBytes, makeHeader, sealPart, type PartKind } from './part-cipher.ts';
import type { SnapshotSource } from './snapshot.ts';
import { requireKey } from './snapshot-key.ts';

/** Text goes out in parts of about this size. */
const textPartChars = 1 << 20;

/**
 * Writes a snapshot in the place of the one before, which stays whole until the new one is on the disk (0600: it holds hashes and who
 * may do what). The event loop is held for one part at a time. One writer per path.
 * @param key  32 bytes
 * @throws when the disk refuses; the one before is then still there
 */
export async function writeSnapshot(path: string, key: Uint8Array, source: SnapshotSource): Promise<{ bytes: number }> {
  requireKey(key);
  await removeLeftovers(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    let bytes: number;
    try {
      bytes = await writeParts(file, key, source);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return { bytes };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeParts(file: FileHandle, key: Uint8Array, { createdAtMs, positions, table, records }: SnapshotSource): Promise<number> {
  const header = makeHeader(key);
  let number = 0;
  let bytes = headerBytes;
  const part = async (kind: PartKind, content: Uint8Array): Promise<void> => {
    const pieces = sealPart(key, header, number, kind, content);
    number += 1;
    for (const piece of pieces) bytes += piece.length;
    await writeAll(file, Buffer.concat(pieces));
  };
  const text = (kind: PartKind, value: unknown): Promise<void> => part(kind, Buffer.from(JSON.stringify(value)));

  await writeAll(file, header);
  await text('meta', { createdAtMs, positions });
  // What rows refer to is written behind them, and until then no number gets another meaning.
  const holds = [table.policies.hold(), table.owners.hold()];
  let rows = 0;
  let count = 0;
  try {
    for (let chunk = 0; chunk < table.rows.chunkCount; chunk += 1) {
      const image = table.rows.chunkImage(chunk);
      rows += image.length;
      await part('rows', image);
    }
    for (const kind of ['policies', 'owners'] as const) {
      for (const entries of batches(table[kind].entries(), ([, name]) => name.length + 12)) await text(kind, entries);
    }
  } finally {
    for (const release of holds) release();
  }
  for (const lines of batches(jsonLines(records), (line) => line.length)) {
    count += lines.length;
    await part('records', Buffer.from(lines.join('\n')));
  }
  await text('end', { parts: number, rowBytes: rows, records: count });
  return bytes;
}

function* jsonLines(records: SnapshotSource['records']): Generator<string> {
  for (const { version, record } of records) yield JSON.stringify({ version, record });
}

/** Never an empty one. */
function* batches<T>(items: Iterable<T>, sizeOf: (item: T) => number): Generator<T[]> {
  let batch: T[] = [];
  let size = 0;
  for (const item of items) {
    batch.push(item);
    size += sizeOf(item);
    if (size < textPartChars) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/** A write may take less than it was given. */
async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

/** The rename is on the disk when the directory is: fsync of the file does not cover its name. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** What a process left behind that was killed while it wrote. */
async function removeLeftovers(path: string): Promise<void> {
  const name = basename(path);
  for (const entry of await readdir(dirname(path))) {
    if (entry.startsWith(`${name}.`) && /^\.[0-9a-f]{12}\.tmp$/.test(entry.slice(name.length))) await rm(join(dirname(path), entry), { force: true });
  }
}
