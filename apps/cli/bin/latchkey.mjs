#!/usr/bin/env node
// Runs the command line as built; in a fresh clone, installs and builds it first. Plain JavaScript and built-ins alone.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const scripts = at('../../../scripts/setup/');

/** The Node that everything here runs on; where nothing else is there, this one. */
async function prepare() {
  if (!existsSync(scripts)) return process.execPath;
  const { install } = await import(`${scripts}install.mjs`);
  const { findNode } = await import(`${scripts}node.mjs`);
  const { build } = await import(`${scripts}build.mjs`);
  await install();
  const node = findNode();
  await build(node, 'apps/cli');
  return node;
}

try {
  const child = spawn(await prepare(), [at('../dist/main.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A signal of the terminal reaches both; one that was sent to this process is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
