import type { Figure } from './benchmark.ts';
import type { Machine } from './machine.ts';

export function formatMachine({ node, processor, cores, memoryGib, platform, load }: Machine): string {
  return `Node ${node}, ${processor}, ${cores} cores, ${memoryGib} GiB, ${platform}, load ${load}`;
}

const number = (value: number): string => {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
};

/** One line: the figure, its range over the rounds, its ratio to the yardstick, its budget. */
export function formatFigure({ name, value, unit, range, yardstick, budget, missing }: Figure): string {
  if (missing === true) return `  ${name.padEnd(44)} ${'not installed'.padStart(14)}`;
  const parts = [`  ${name.padEnd(44)} ${`${number(value)} ${unit}`.padStart(14)}`];
  if (range !== undefined) parts.push(`(${number(range[0])} … ${number(range[1])})`);
  if (yardstick !== undefined) parts.push(`${number(value / yardstick.value)} x ${yardstick.name} (${number(yardstick.value)} ${unit})`);
  if (budget !== undefined) parts.push(`budget ${number(budget)} ${unit}`);
  return parts.join('  ');
}
