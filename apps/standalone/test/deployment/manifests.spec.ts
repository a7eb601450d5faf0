import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifies } from '@latchkey/testing';
import { parseAllDocuments } from 'yaml';
import { kustomize } from './kustomization.ts';
import { deployment, nameOf, type Manifest } from './manifest.ts';
import { expectGoodDeployment } from './policy.ts';
import { schemaProblems } from './schema-problems.ts';

const kubernetes = join(deployment, 'kubernetes');
const overlays = readdirSync(join(kubernetes, 'overlays'));
/** Parts that no overlay of ours uses are held to the same. */
const alone = ['components/ingress'];

const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
if (!hasKubectl) process.stderr.write('SKIPPED: there is no kubectl here, so what it renders is not compared with what the checks render.\n');

const byName = (manifests: readonly Manifest[]): Record<string, Manifest> => Object.fromEntries(manifests.map((manifest) => [nameOf(manifest), manifest]));

describe.each(overlays)('the overlay %s', (overlay) => {
  const folder = join(kubernetes, 'overlays', overlay);
  const manifests = kustomize(folder);

  // Kubectl comes with no package of ours; without it the skip is said aloud above, and all other checks of the overlay run on our own rendering.
  (hasKubectl ? it : it.skip)('is rendered by kubectl as it is here', () => {
    const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
    const rendered = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    expect(byName(manifests)).toEqual(byName(rendered));
    expect(manifests).toHaveLength(rendered.length);
  });

  verifies('O2', `${overlay}: every object has the fields that Kubernetes knows, and no others`, async () => {
    const problems = await Promise.all(manifests.map(async (manifest) => [nameOf(manifest), await schemaProblems(manifest)] as const));
    expect(problems.filter(([, found]) => found.length > 0)).toEqual([]);
    expect(new Set(manifests.map(nameOf)).size).toBe(manifests.length);
  }, 60_000);

  expectGoodDeployment(manifests);
});

describe('the checks', () => {
  const [first] = kustomize(join(kubernetes, 'base')).filter(({ kind }) => kind === 'Deployment');
  const changed = (change: (manifest: Manifest) => void): Manifest => {
    const copy = structuredClone(first!);
    change(copy);
    return copy;
  };

  it('see a field that nobody knows, at any depth, and a value of the wrong kind', async () => {
    expect(await schemaProblems(first!)).toEqual([]);
    expect(await schemaProblems(changed(({ spec }) => (spec['replica'] = 2)))).toEqual(['unknown field /spec/replica']);
    const container = (manifest: Manifest): Record<string, unknown> => (manifest.spec as { template: { spec: { containers: Record<string, unknown>[] } } }).template.spec.containers[0]!;
    expect(await schemaProblems(changed((manifest) => (container(manifest)['prots'] = [])))).toEqual(['unknown field /spec/template/spec/containers/0/prots']);
    expect(await schemaProblems(changed(({ spec }) => (spec['minReadySeconds'] = 'two')))).not.toEqual([]);
  });

  it.each(alone)('hold for %s too', async (part) => {
    for (const manifest of kustomize(join(kubernetes, part))) expect([nameOf(manifest), await schemaProblems(manifest)]).toEqual([nameOf(manifest), []]);
  });
});
