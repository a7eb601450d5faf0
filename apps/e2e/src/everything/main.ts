import { startEverything } from './start.ts';

// By itself, for a look at it by hand: PORT=3001 node dist/everything/main.js
const fixture = await startEverything(Number(process.env['PORT'] ?? 0));
process.stdout.write(`${fixture.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fixture.close());
