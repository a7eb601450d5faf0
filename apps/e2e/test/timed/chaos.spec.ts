import { verifies } from '@latchkey/testing';
import { figures, findings, type Report } from '../../src/chaos/report.ts';
import { runChaos } from '../../src/chaos/run.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1e9));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

describe(`faults at random on real processes, CHAOS_SEED=${seed}`, () => {
  let report: Report;
  beforeAll(async () => {
    const lines: string[] = [];
    try {
      report = await runChaos('chaos', { seed, faultSeconds: 60, revocations: 2000, log: (line) => lines.push(line) });
      say(figures(report));
    } catch (error) {
      say([`CHAOS_SEED=${seed}`, ...lines].join('\n'));
      throw error;
    }
  }, 480_000);

  verifies('GW-24', 'whatever fails, nothing is accepted past the bound, no revocation is lost, and no valid credential is called invalid', () => {
    expect(findings(report)).toEqual([]);
  });

  it('did enough to mean something', () => {
    expect(report.revoking.done.total).toBeGreaterThanOrEqual(2000);
    expect(report.faults.total).toBeGreaterThan(10);
    expect(report.observer.answers.of('alive accepted')).toBeGreaterThan(500);
    expect(report.observer.answers.of('dead refused')).toBeGreaterThan(1000);
  });
});
