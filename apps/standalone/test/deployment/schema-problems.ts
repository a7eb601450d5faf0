import type { Manifest } from './manifest.ts';

const packages: Record<string, string> = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'external-secrets.io': '@kubernetes-models/external-secrets',
};

interface Model {
  prototype: { validate(): void };
}

async function modelOf({ apiVersion, kind }: Manifest): Promise<Model> {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  // Groups of Kubernetes itself: `rbac.authorization.k8s.io` is a folder of that name there, and so is `apps`.
  const path = `${packages[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
  const module = (await import(path)) as Record<string, Model | undefined>;
  const model = module[kind];
  if (model === undefined) throw new Error(`There is no schema for ${apiVersion} ${kind}.`);
  return model;
}

/** The same value, and what of it was looked at: the validators look at every field that they know, and at no other. */
function watched(value: unknown, path: string, unseen: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const name of Object.keys(value)) unseen.add(`${path}/${name}`);
  const children = new Map<string, unknown>();
  return new Proxy(value, {
    get(target, name, receiver) {
      const child: unknown = Reflect.get(target, name, receiver);
      if (typeof name === 'symbol' || !Object.hasOwn(target, name)) return child;
      unseen.delete(`${path}/${name}`);
      if (!children.has(name)) children.set(name, watched(child, `${path}/${name}`, unseen));
      return children.get(name);
    },
  });
}

/** What is wrong with an object: what its schema says, and fields that the schema does not know, which a cluster would drop without a word. */
export async function schemaProblems(manifest: Manifest): Promise<string[]> {
  const model = await modelOf(manifest);
  const unseen = new Set<string>();
  try {
    model.prototype.validate.call(watched(manifest, '', unseen));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return [...unseen].map((path) => `unknown field ${path}`);
}
