import { parseArgs } from 'node:util';
import { figures, findings } from './report.ts';
import { runChaos } from './run.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1e9));
const faultSeconds = Number(values.minutes) * 60;
if (!Number.isInteger(seed) || !(faultSeconds > 0)) {
  process.stderr.write('Usage: npm run chaos -- --minutes 30 --seed 7\n');
  process.exit(2);
}

const log = (line: string): void => void process.stdout.write(`${line}\n`);
log(`seed ${seed}, to be repeated with --minutes ${values.minutes} --seed ${seed}`);
const report = await runChaos('chaos', { seed, faultSeconds, revocations: Math.ceil(faultSeconds * 20), log });
log(figures(report));
const found = findings(report);
for (const line of found) log(line);
log(found.length === 0 ? 'Nothing was found.' : 'FAILED');
process.exit(found.length === 0 ? 0 : 1);
