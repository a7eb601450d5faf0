import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { Manifest } from './manifest.ts';

const generatorOptions = z.strictObject({ disableNameSuffixHash: z.literal(true), labels: z.record(z.string(), z.string()).default({}) });

/** What our kustomizations use of Kustomize; whatever else would stand in one is refused, so that nothing is left out unseen. */
const kustomizationSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.enum(['Kustomization', 'Component']),
  namespace: z.string().optional(),
  resources: z.array(z.string()).default([]),
  components: z.array(z.string()).default([]),
  configMapGenerator: z.array(z.strictObject({ name: z.string(), files: z.array(z.string()), options: generatorOptions.optional() })).default([]),
  generatorOptions: generatorOptions.optional(),
  images: z.array(z.strictObject({ name: z.string(), newTag: z.string() })).default([]),
  patches: z.array(z.strictObject({ target: z.strictObject({ kind: z.string(), name: z.string().optional() }), patch: z.string() })).default([]),
});
const operationSchema = z.strictObject({ op: z.literal('replace'), path: z.string().startsWith('/'), value: z.unknown() });

/** @throws for a file that is no YAML, or names a key twice */
export function readManifests(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { uniqueKeys: true }).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('\n')}`);
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

function replace(manifest: Manifest, path: string, value: unknown): void {
  const steps = path.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = steps.pop() ?? '';
  const parent = steps.reduce<Record<string, unknown>>((node, step) => node[step] as Record<string, unknown>, manifest as unknown as Record<string, unknown>);
  // RFC 6902 section 4.3: what is replaced must be there.
  if (!Object.hasOwn(parent, last)) throw new Error(`${manifest.kind}/${manifest.metadata.name} has nothing at ${path}`);
  parent[last] = value;
}

function generated(folder: string, kustomization: z.output<typeof kustomizationSchema>): Manifest[] {
  return kustomization.configMapGenerator.map(({ name, files, options = kustomization.generatorOptions }) => ({
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { ...options?.labels } },
    data: Object.fromEntries(files.map((file) => [basename(file), readFileSync(join(folder, file), 'utf8')])),
  }) as unknown as Manifest);
}

/** Renders a folder as `kubectl kustomize` does; components get what was there before them, and add to it. */
export function kustomize(folder: string, before: Manifest[] = []): Manifest[] {
  const kustomization = kustomizationSchema.parse(parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')));
  let manifests = [...before];
  for (const resource of kustomization.resources) {
    const path = join(folder, resource);
    manifests.push(...(statSync(path).isDirectory() ? kustomize(path) : readManifests(path)));
  }
  manifests.push(...generated(folder, kustomization));
  for (const component of kustomization.components) manifests = kustomize(join(folder, component), manifests);
  for (const { target, patch } of kustomization.patches) {
    const targets = manifests.filter(({ kind, metadata }) => kind === target.kind && (target.name === undefined || metadata.name === target.name));
    if (targets.length === 0) throw new Error(`${folder}: a patch of ${target.kind} ${target.name ?? ''} meets nothing`);
    for (const { path, value } of z.array(operationSchema).parse(parse(patch))) for (const manifest of targets) replace(manifest, path, value);
  }
  const text = kustomization.images.reduce((all, { name, newTag }) => all.replaceAll(new RegExp(`"image":"${name}:[^"]*"`, 'g'), `"image":"${name}:${newTag}"`), JSON.stringify(manifests));
  return (JSON.parse(text) as Manifest[]).map((manifest) => inNamespace(manifest, kustomization.namespace));
}

const inNamespace = (manifest: Manifest, namespace: string | undefined): Manifest =>
  namespace === undefined || manifest.kind === 'Namespace' ? manifest : { ...manifest, metadata: { ...manifest.metadata, namespace } };
