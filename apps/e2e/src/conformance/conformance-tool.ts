import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, repository } from '../harness/repository.ts';

const tool = join(repository, 'node_modules/@modelcontextprotocol/conformance');

export type Verdict = 'FAILURE' | 'WARNING' | 'SKIPPED' | 'SUCCESS';
const severity: readonly string[] = ['SUCCESS', 'SKIPPED', 'WARNING', 'FAILURE'];

/** Scenario → check → the worst verdict of that check. */
export type Report = Record<string, Record<string, Verdict>>;

/** The scenarios that a revision counts, as the tool's own frozen list has them. */
export function requiredScenarios(revision: string): string[] {
  const text = readFileSync(join(tool, `requirements/${revision}.yaml`), 'utf8');
  const block = /^server:\n((?: {2}- .*\n)+)/m.exec(text)?.[1] ?? '';
  return [...block.matchAll(/- (\S+)/g)].map(([, name = '']) => name);
}

function readReport(directory: string): Report {
  const report: Report = {};
  for (const entry of readdirSync(directory)) {
    const scenario = entry.replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/, '').replace(/^(?:server|authorization-server)-/, '');
    const checks = JSON.parse(readFileSync(join(directory, entry, 'checks.json'), 'utf8')) as { id: string; status: string }[];
    const verdicts: Record<string, Verdict> = (report[scenario] ??= {});
    for (const { id, status } of checks) {
      // INFO is narration: how many events went by, and when.
      if (status === 'INFO') continue;
      const worst = Math.max(severity.indexOf(status), severity.indexOf(verdicts[id] ?? 'SUCCESS'));
      verdicts[id] = severity[worst] as Verdict;
    }
  }
  return report;
}

/** Runs the tool. `onOutput` sees what it prints, for the scenarios that wait for a user. */
export async function runConformance(args: readonly string[], onOutput: (text: string) => void = () => undefined): Promise<Report> {
  const out = mkdtempSync(join(tmpdir(), 'latchkey-conformance-'));
  try {
    const child = spawn(node, [join(tool, 'dist/index.js'), ...args, '-o', out], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onOutput(output);
      });
    }
    await new Promise((resolve) => child.once('close', resolve));
    const report = readReport(out);
    if (Object.keys(report).length === 0) throw new Error(`The tool reports nothing:\n${output.slice(-2000)}`);
    return report;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** "scenario:check" of everything that failed among the scenarios that count. */
export function failuresOf(report: Report, scenarios: readonly string[]): string[] {
  return scenarios.flatMap((scenario) => {
    const checks = Object.entries(report[scenario] ?? { 'did-not-run': 'FAILURE' });
    return checks.filter(([, verdict]) => verdict === 'FAILURE').map(([id]) => `${scenario}:${id}`);
  });
}

/** Keeps a report beside the logs of its run, for whoever wants to see more than red or green. */
export function keepReport(directory: string, name: string, report: unknown): void {
  writeFileSync(join(directory, `report-${name}.json`), JSON.stringify(report, null, 2));
}
