import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifies } from '@latchkey/testing';
import { readManifests } from './kustomization.ts';
import { deployment, repository } from './manifest.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}

const monitoring = join(deployment, 'kubernetes/components/monitoring');
const [rules] = readManifests(join(monitoring, 'rules.yaml'));
const alerts = (rules!.spec as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(join(monitoring, 'latchkey.json'), 'utf8')) as { panels: { title: string; targets: { expr: string }[] }[] };
const questions = [...alerts.map(({ alert, expr }) => [alert, expr] as const), ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const))];

const source = globSync(['apps/{gateway,identity,keys}/src/**/*.ts', 'libs/service/src/**/*.ts'], { cwd: repository })
  .filter((file) => !file.endsWith('.spec.ts')).map((file) => readFileSync(join(repository, file), 'utf8')).join('\n');
const known = new Set([...source.matchAll(/name: '([a-z_]+)'|(?:gauge|counter)\('([a-z_]+)'/g)].flatMap(([, named, called]) => named ?? called ?? []));
const knownLabels = new Set([...source.matchAll(/labelNames: \[([^\]]+)\]/g)].flatMap(([, list = '']) => [...list.matchAll(/'(\w+)'/g)].map(([, label]) => label!)));
/** Added by Prometheus and the ServiceMonitor. */
const foreignLabels = new Set(['pod', 'job', 'le', 'app_kubernetes_io_name']);
const functions = new Set(['sum', 'max', 'min', 'by', 'rate', 'increase', 'min_over_time', 'histogram_quantile']);

/** The names of series and labels in a question to Prometheus. */
function namesIn(expr: string): { series: string[]; labels: string[] } {
  const labels: string[] = [];
  const rest = expr
    .replaceAll(/\{([^}]*)\}/g, (_all, matchers: string) => (labels.push(...[...matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label]) => label!)), ' '))
    .replaceAll(/\bby \(([^)]*)\)/g, (_all, list: string) => (labels.push(...list.split(',').map((label) => label.trim())), ' '))
    .replaceAll(/\[\w+\]/g, ' ');
  return { series: (rest.match(/[a-z_]\w*/g) ?? []).filter((name) => !functions.has(name)), labels };
}

describe('alerts and dashboard', () => {
  verifies('O3', 'ask for series and labels that the services have', () => {
    expect(known.size).toBeGreaterThan(15);
    for (const [title, expr] of questions) {
      const { series, labels } = namesIn(expr);
      const unknown = series.filter((name) => !known.has(name) && !known.has(name.replace(/_(?:count|bucket|sum)$/, '')) && !/^(?:process|nodejs)_/.test(name));
      expect([title, unknown, labels.filter((label) => !knownLabels.has(label) && !foreignLabels.has(label))]).toEqual([title, [], []]);
      expect(series.length).toBeGreaterThan(0);
    }
    // The series of the process come from here.
    expect(source).toContain('collectDefaultMetrics(');
  });

  it('say how bad it is and what it means, under names that are used once', () => {
    expect(alerts.length).toBeGreaterThan(10);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { labels, annotations, expr } of alerts) expect([expr, ['warning', 'critical'].includes(labels.severity), annotations.summary.length > 20]).toEqual([expr, true, true]);
  });

  it('are about every series that the handbook calls worth watching', () => {
    const asked = questions.map(([, expr]) => expr).join('\n');
    for (const name of ['feed_age_seconds', 'stale_denials_total', 'digest_ok', 'outbox_oldest_unpublished_seconds', 'gateway_audit_events_total', 'postgres_connections', 'gateway_calls_total', 'gateway_call_duration_seconds', 'gateway_cache_lookups_total']) expect(asked).toContain(name);
  });
});
