import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifies } from '@latchkey/testing';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { kustomize } from './kustomization.ts';
import { deployment, nameOf, read, type Manifest } from './manifest.ts';
import { expectGoodDeployment } from './policy.ts';
import { schemaProblems } from './schema-problems.ts';

const chart = join(deployment, 'helm/latchkey');
const helm = process.env['HELM_BIN'] ?? 'helm';
const hasHelm = spawnSync(helm, ['version', '--short'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
if (!hasHelm) process.stderr.write('SKIPPED: there is no helm here (PATH or HELM_BIN), so the chart is only read, not rendered.\n');

const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Record<string, unknown>;
const templates = readdirSync(join(chart, 'templates'));

/** Values for which the chart makes what an overlay makes, each written beside the overlay's own differences from the base. */
const likeOverlays: Record<string, object> = {
  evaluation: {
    issuer: 'http://localhost:8081', gatewayUrl: 'http://localhost:8080', allowPrivateUpstreams: true, dependencies: { bundled: true },
    ...Object.fromEntries(['gateway', 'identity', 'keys'].map((service) => [service, { autoscaling: { minReplicas: 1, maxReplicas: 2 } }])),
  },
  production: {
    trustedProxies: '10.0.0.0/8', gateway: { autoscaling: { minReplicas: 3 } }, httpRoute: { enabled: true }, monitoring: { enabled: true }, externalSecrets: { enabled: true },
  },
};

function render(wanted: object): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-chart-'));
  try {
    writeFileSync(join(folder, 'values.yaml'), stringify(wanted));
    const text = execFileSync(helm, ['template', 'latchkey', chart, '--kube-version', '1.32.0', '--values', join(folder, 'values.yaml')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 16 * 1024 * 1024 });
    return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without what belongs to how an object is put into the cluster: namespace, hooks, and names that count revisions. */
function bare(manifest: Manifest): Manifest {
  const copy = structuredClone(manifest);
  delete copy.metadata.namespace;
  if (copy.kind === 'Job') copy.metadata.name = copy.metadata.name.replace(/-1$/, '');
  for (const metadata of [copy.metadata, (copy.spec?.['template'] as Manifest | undefined)?.metadata]) {
    const kept = Object.entries(metadata?.annotations ?? {}).filter(([name]) => !/^(?:helm\.sh|argocd\.argoproj\.io|checksum)\//.test(name));
    if (metadata === undefined) continue;
    if (kept.length === 0) delete metadata.annotations;
    else metadata.annotations = Object.fromEntries(kept);
  }
  return copy;
}

const byName = (manifests: readonly Manifest[]): Record<string, Manifest> =>
  Object.fromEntries(manifests.filter(({ kind }) => kind !== 'Namespace').map(bare).map((manifest) => [nameOf(manifest), manifest]));

describe('the chart', () => {
  const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as object;
  const accepts: ValidateFunction = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

  it('has values that its schema accepts, and a schema that names every one of them', () => {
    expect([accepts(values), accepts.errors]).toEqual([true, null]);
    for (const name of Object.keys(values)) {
      expect([name, accepts(Object.fromEntries(Object.entries(values).filter(([other]) => other !== name)))]).toEqual([name, false]);
    }
  });

  it.each([
    ['a value that nobody reads', { nonsense: 1 }],
    ['an issuer with a path', { issuer: 'https://id.example/path' }],
    ['a switch that is a word', { allowPrivateUpstreams: 'yes' }],
    ['no networks', { dependencies: { ...(values['dependencies'] as object), cidrs: [] } }],
    ['a misspelled member', { ingress: { ...(values['ingress'] as object), enable: true } }],
  ])('refuses %s', (_what, change) => {
    expect(accepts({ ...values, ...change })).toBe(false);
  });

  it('reads only values that there are, in templates whose actions are closed', () => {
    for (const template of templates) {
      const text = readFileSync(join(chart, 'templates', template), 'utf8');
      expect([template, text.split('{{').length]).toEqual([template, text.split('}}').length]);
      const actions = [...text.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/gs)].map(([, action = '']) => action);
      const opened = actions.reduce((depth, action) => depth + (/^(?:if|range|with|define)\b/.test(action) ? 1 : action === 'end' ? -1 : 0), 0);
      expect([template, opened]).toEqual([template, 0]);
      for (const [, path = ''] of text.matchAll(/\.Values\.([\w.]+)/g)) {
        const value = path.split('.').reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], values);
        expect([template, path, value === undefined]).toEqual([template, path, false]);
      }
    }
  });

  it('brings the files of roles, NATS and monitoring as they are', () => {
    const sources = ['postgres/roles.sql', 'postgres/passwords.sql', 'nats/latchkey.conf', 'nats/server.conf', 'kubernetes/components/monitoring/rules.yaml', 'kubernetes/components/monitoring/latchkey.json'];
    for (const source of sources) expect([source, readFileSync(join(chart, 'files', source.split('/').pop()!), 'utf8') === read(`deploy/${source}`)]).toEqual([source, true]);
    expect(readdirSync(join(chart, 'files')).sort()).toEqual(sources.map((source) => source.split('/').pop()).sort());
  });
});

// Helm is in neither Debian nor npm, so most machines have none; the skip is said aloud above and counted in the summary of `npm test`.
(hasHelm ? describe : describe.skip).each(Object.entries(likeOverlays))('rendered by helm like the overlay %s', (overlay, wanted) => {
  const manifests = hasHelm ? render(wanted) : [];

  verifies('O2', `${overlay}: the chart and the overlay make the same objects`, () => {
    expect(byName(manifests)).toEqual(byName(kustomize(join(deployment, 'kubernetes/overlays', overlay))));
  });

  verifies('O2', `${overlay}: every object of the chart has the fields that Kubernetes knows, and no others`, async () => {
    const problems = await Promise.all(manifests.map(async (manifest) => [nameOf(manifest), await schemaProblems(manifest)] as const));
    expect(problems.filter(([, found]) => found.length > 0)).toEqual([]);
  });

  if (hasHelm) expectGoodDeployment(manifests.map(bare));

  it('migrates before everything else, where Postgres is there before', () => {
    const jobs = manifests.filter(({ kind, metadata }) => kind === 'Job' && metadata.name.includes('migrations'));
    const bundled = overlay === 'evaluation';
    expect(jobs.map(({ metadata }) => metadata.annotations?.['helm.sh/hook'])).toEqual(bundled ? [undefined, undefined] : ['pre-install,pre-upgrade', 'pre-install,pre-upgrade']);
    expect(jobs.map(({ metadata }) => metadata.name)).toEqual(['identity', 'keys'].map((service) => `latchkey-${service}-migrations${bundled ? '-1' : ''}`));
    const before = manifests.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook-weight'] === '-5').map(nameOf).sort();
    expect(before).toEqual(bundled ? [] : ['ExternalSecret/latchkey-identity-migrations', 'ExternalSecret/latchkey-keys-migrations', 'ServiceAccount/latchkey-migrations']);
  });
});

// As above: only helm itself can say what the chart makes of these values.
(hasHelm ? it : it.skip)('every switch of the chart at once is still valid', async () => {
  const manifests = render({
    dependencies: { bundled: true }, ingress: { enabled: true }, httpRoute: { enabled: true }, monitoring: { enabled: true }, externalSecrets: { enabled: true },
    image: { tag: '1.2.3', pullSecrets: [{ name: 'registry' }] }, gateway: { env: { LATCHKEY_RATE_LIMIT_PER_MINUTE: 600 }, autoscaling: { metrics: [{ type: 'Pods', pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '500' } } }] } },
  });
  for (const manifest of manifests) expect([nameOf(manifest), await schemaProblems(manifest)]).toEqual([nameOf(manifest), []]);
  expect(JSON.stringify(manifests)).toContain('"image":"latchkey/gateway:1.2.3"');
  const none = render({ networkPolicy: { enabled: false } });
  expect(none.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
});
