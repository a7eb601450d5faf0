import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** What a script that waits for us reads: see CONTRACT, LATCHKEY_READY_FILE. */
export interface ReadyDocument {
  gateway: string;
  identity: string;
  keys: string;
  adminEmail: string;
  org: string;
  project: string;
  /** The slug: its MCP endpoint is `{gateway}/mcp/{demoServer}`. */
  demoServer: string;
}

/** The file appears whole: whoever sees it can read it. */
export function writeReadyFile(file: string, document: ReadyDocument): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(document, null, 2)}\n`);
  renameSync(draft, file);
}

export const removeReadyFile = (file: string): void => rmSync(file, { force: true });
