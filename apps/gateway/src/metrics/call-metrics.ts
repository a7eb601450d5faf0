import { Counter, type Metric, type Registry } from 'prom-client';
import { calledTool } from '../message/called-tool.ts';
import type { Exchange } from '../proxy/exchange.ts';
import type { CallNames } from './call-names.ts';

const outcomes = ['answered', 'refused', 'failed', 'left'] as const;
type Outcome = (typeof outcomes)[number];

const boundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Series {
  server: string;
  tool: string;
  outcomes: Record<Outcome, number>;
  /** How many took no longer than the bound of the same place, and longer than the one before; the last: longer than all */
  buckets: number[];
  seconds: number;
}

function outcomeOf(status: number, refused: boolean): Outcome {
  if (status === 499) return 'left';
  if (status >= 500) return 'failed';
  return refused || status >= 400 ? 'refused' : 'answered';
}

/** Rate, errors and duration by server and tool. Added up in plain numbers, and put into words when somebody looks. */
export class CallMetrics {
  private readonly series = new Map<string, Map<string, Series>>();

  constructor(
    registry: Registry,
    private readonly names: CallNames,
  ) {
    const { series } = this;
    new Counter({
      name: 'gateway_calls_total', help: 'Requests for MCP servers by server, tool (empty for what calls none, or went no further than here) and outcome.',
      labelNames: ['server', 'tool', 'outcome'], registers: [registry],
      collect() {
        this.reset();
        for (const { server, tool, outcomes: counts } of all(series)) for (const outcome of outcomes) if (counts[outcome] > 0) this.inc({ server, tool, outcome }, counts[outcome]);
      },
    });
    registry.registerMetric(durations(series));
  }

  // Hot path: two lookups and additions.
  count(exchange: Exchange, status: number, durationMs: number): void {
    const { route, upstream, refusal } = exchange;
    if (route?.kind !== 'mcp' || route.authz === true) return;
    const server = this.names.server(route.server.slug);
    // What went no further may name a tool that is none, and of others nobody but their server's users may know.
    const called = upstream === undefined ? undefined : calledTool(exchange);
    const series = this.of(server, called === undefined ? '' : this.names.tool(route.server, called));
    const seconds = durationMs / 1000;
    series.outcomes[outcomeOf(status, refusal !== undefined)] += 1;
    series.seconds += seconds;
    let place = 0;
    while (place < boundsSeconds.length && seconds > (boundsSeconds[place] as number)) place += 1;
    series.buckets[place] = (series.buckets[place] as number) + 1;
  }

  private of(server: string, tool: string): Series {
    let tools = this.series.get(server);
    if (tools === undefined) this.series.set(server, (tools = new Map<string, Series>()));
    let known = tools.get(tool);
    if (known === undefined) {
      known = { server, tool, outcomes: { answered: 0, refused: 0, failed: 0, left: 0 }, buckets: Array<number>(boundsSeconds.length + 1).fill(0), seconds: 0 };
      tools.set(tool, known);
    }
    return known;
  }
}

function* all(series: Map<string, Map<string, Series>>): Generator<Series> {
  for (const tools of series.values()) yield* tools.values();
}

/** A histogram that is counted elsewhere: the library's own looks its labels up at every observation. */
function durations(series: Map<string, Map<string, Series>>): Metric {
  const described = { name: 'gateway_call_duration_seconds', help: 'Requests for MCP servers by server and tool, from their head to the end of the answer, streams included.', type: 'histogram', aggregator: 'sum', labelNames: ['server', 'tool'] };
  const name = described.name;
  const get = () => {
    const values = [...all(series)].flatMap(({ server, tool, buckets, seconds }) => {
      let below = 0;
      const counted = buckets.map((count, place) => ({ metricName: `${name}_bucket`, labels: { le: boundsSeconds[place] ?? '+Inf', server, tool }, value: (below += count) }));
      return [...counted, { metricName: `${name}_sum`, labels: { server, tool }, value: seconds }, { metricName: `${name}_count`, labels: { server, tool }, value: below }];
    });
    return Promise.resolve({ ...described, values });
  };
  return { ...described, get, reset: () => undefined } as unknown as Metric;
}
