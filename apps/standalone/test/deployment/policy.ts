import { verifies } from '@latchkey/testing';
import { environmentOf, problemsOfEnvironment } from './environment.ts';
import { nameOf, podsOf, selects, type Container, type Labels, type Manifest, type PodSpec, type Selector } from './manifest.ts';

const services = ['gateway', 'identity', 'keys'];
const called = ({ labels }: { labels: Labels }): string => labels['app.kubernetes.io/name'] ?? '';

/** Ports that a policy opens: from whom (or to whom) each arrow leads, by the names of pods, or by a word for what is outside. */
interface Arrow {
  peer: string;
  port: number;
}
interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { port: number }[];
}
interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}
interface Policy {
  podSelector: Selector;
  policyTypes: string[];
  ingress?: Rule[];
  egress?: Rule[];
}

/** What every deployment of ours promises, whoever rendered it. */
export function expectGoodDeployment(manifests: readonly Manifest[]): void {
  const of = (kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
  const workloads = manifests.flatMap((manifest) => {
    const pods = podsOf(manifest);
    return pods === undefined ? [] : [{ name: nameOf(manifest), kind: manifest.kind, ...pods }];
  });
  const each = (check: (spec: PodSpec, container: Container) => unknown, only: (kind: string) => boolean = () => true): unknown[] =>
    workloads.filter(({ kind }) => only(kind)).flatMap(({ name, spec }) => [...spec.containers, ...(spec.initContainers ?? [])].map((container) => [name, check(spec, container)]));
  const all = (value: unknown, only?: (kind: string) => boolean): unknown[] => each(() => value, only);

  verifies('O2', 'no container has more rights than it needs', () => {
    expect(workloads.length).toBeGreaterThanOrEqual(5);
    expect(each(({ securityContext: pod, hostNetwork = false, hostPID = false, volumes = [] }, { securityContext: own }) => ({
      nonRoot: pod?.runAsNonRoot, uid: (pod?.runAsUser ?? 0) > 0, seccomp: pod?.seccompProfile?.type, host: hostNetwork || hostPID || volumes.some(({ hostPath }) => hostPath !== undefined),
      readOnly: own?.readOnlyRootFilesystem, escalation: own?.allowPrivilegeEscalation, privileged: own?.privileged ?? false, dropped: own?.capabilities?.drop, added: own?.capabilities?.add ?? [],
    }))).toEqual(all({ nonRoot: true, uid: true, seccomp: 'RuntimeDefault', host: false, readOnly: true, escalation: false, privileged: false, dropped: ['ALL'], added: [] }));
  });

  it('no pod gets a token of the cluster, and each service has an account of its own', () => {
    expect(each(({ automountServiceAccountToken }) => automountServiceAccountToken)).toEqual(all(false));
    const accounts = new Map(of('ServiceAccount').map((account) => [account.metadata.name, (account as unknown as PodSpec).automountServiceAccountToken]));
    expect(each(({ serviceAccountName = 'default' }) => accounts.get(serviceAccountName))).toEqual(all(false));
    const used = workloads.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.serviceAccountName);
    expect(new Set(used).size).toBe(used.length);
    expect(manifests.filter(({ kind }) => /Role|RoleBinding$/.test(kind))).toEqual([]);
  });

  it('every container says what it takes, at most and at least, in an image of one version', () => {
    expect(each((_spec, { image, resources }) => ({ cpu: resources?.requests?.['cpu'] !== undefined, memory: resources?.requests?.['memory'] !== undefined, bound: resources?.limits?.['memory'] !== undefined, pinned: /:[\w.-]*\d[\w.-]*$/.test(image) })))
      .toEqual(all({ cpu: true, memory: true, bound: true, pinned: true }));
  });

  it('whatever serves is asked whether it is ready and whether it lives, on a port that it has', () => {
    const serving = (kind: string): boolean => kind !== 'Job';
    expect(each((_spec, { readinessProbe: ready, livenessProbe: lives }) => ready !== undefined && lives !== undefined, serving)).toEqual(all(true, serving));
    const asked = each((_spec, container) => {
      const ports = (container.ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort]);
      const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe].flatMap((probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? []);
      return probes.filter((port) => typeof port === 'string' && !ports.includes(port));
    });
    expect(asked).toEqual(all([]));
    const deployments = (kind: string): boolean => kind === 'Deployment';
    expect(each((_spec, { readinessProbe, livenessProbe }) => [readinessProbe?.httpGet?.path, livenessProbe?.httpGet?.path], deployments)).toEqual(all(['/readyz', '/healthz'], deployments));
  });

  it('every Service, budget and autoscaler means a workload that there is', () => {
    for (const service of of('Service')) {
      const { selector, ports } = service.spec as { selector: Labels; ports: { targetPort: string }[] };
      const found = workloads.filter(({ labels }) => selects({ matchLabels: selector }, labels));
      expect([nameOf(service), found.length]).toEqual([nameOf(service), 1]);
      const named = found.flatMap(({ spec }) => spec.containers.flatMap((container) => (container.ports ?? []).map(({ name }) => name)));
      expect(named).toEqual(expect.arrayContaining(ports.map(({ targetPort }) => targetPort)));
    }
    for (const budget of of('PodDisruptionBudget')) {
      const found = workloads.filter(({ labels }) => selects(budget.spec['selector'] as Selector, labels));
      expect([nameOf(budget), found.map(({ kind }) => kind)]).toEqual([nameOf(budget), ['Deployment']]);
    }
    const scaled = of('HorizontalPodAutoscaler').map(({ spec }) => (spec['scaleTargetRef'] as { name: string }).name);
    expect(scaled.sort()).toEqual(services.map((service) => `latchkey-${service}`));
    expect(of('PodDisruptionBudget').map(({ metadata }) => metadata.name).sort()).toEqual(services.map((service) => `latchkey-${service}`));
    for (const deployment of of('Deployment')) {
      // The template's labels are what the Deployment, its budget and its spread look for.
      const { labels, spec } = podsOf(deployment)!;
      expect(selects(deployment.spec['selector'] as Selector, labels)).toBe(true);
      expect(spec.topologySpreadConstraints?.map(({ topologyKey, labelSelector }) => [topologyKey, selects(labelSelector, labels)])).toEqual([['topology.kubernetes.io/zone', true], ['kubernetes.io/hostname', true]]);
      expect(deployment.spec).not.toHaveProperty('replicas');
    }
  });

  it.each(services)('%s is given all variables that it needs, none that it does not read, and secrets by reference only', (service) => {
    const workload = workloads.find((one) => one.kind === 'Deployment' && called(one) === service)!;
    const environment = environmentOf(workload.spec, of('ConfigMap'));
    expect(problemsOfEnvironment(service, environment)).toEqual([]);
  });

  verifies('O2', 'secrets stand in no manifest, and each service is given its own only', () => {
    expect(of('Secret')).toEqual([]);
    const secretsOf = (spec: PodSpec): string[] => [...new Set([
      ...(spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
      ...spec.containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? [])),
    ])];
    for (const workload of workloads) {
      const name = called(workload) === 'postgres-roles' ? 'postgres' : called(workload);
      expect([workload.name, secretsOf(workload.spec)]).toEqual([workload.name, [`latchkey-${name}`]]);
    }
    for (const { spec } of workloads) for (const { args = [], command = [] } of spec.containers) expect([...args, ...command].join(' ')).not.toMatch(/password=[^"$]/i);
  });

  it('every ConfigMap that is used is there', () => {
    const there = of('ConfigMap').map(({ metadata }) => metadata.name);
    const used = workloads.flatMap(({ spec }) => [
      ...(spec.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []),
      ...spec.containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? [])),
    ]);
    expect(there).toEqual(expect.arrayContaining([...new Set(used)]));
  });

  describe('between pods', () => {
    const policies = of('NetworkPolicy').map((policy) => policy.spec as unknown as Policy);
    const peerName = ({ podSelector, namespaceSelector, ipBlock }: Peer): string[] => {
      if (ipBlock !== undefined) return [ipBlock.cidr === '0.0.0.0/0' ? 'Internet' : 'network'];
      if (namespaceSelector !== undefined) return [namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? 'any namespace'];
      return workloads.filter(({ labels }) => selects(podSelector ?? {}, labels)).map(called);
    };
    const arrows = (labels: Labels, direction: 'ingress' | 'egress'): Arrow[] =>
      policies.filter(({ podSelector }) => selects(podSelector, labels)).flatMap((policy) => (policy[direction] ?? []).flatMap((rule) =>
        (rule.ports ?? []).flatMap(({ port }) => (rule.from ?? rule.to ?? []).flatMap((peer) => peerName(peer).map((name) => ({ peer: name, port }))))));
    const written = (direction: 'ingress' | 'egress', name: string): string[] => {
      const workload = workloads.find((one) => called(one) === name);
      return workload === undefined ? [] : [...new Set(arrows(workload.labels, direction).filter(({ port }) => port !== 53).map(({ peer, port }) => `${peer}:${port}`))].sort();
    };

    verifies('O2', 'everything is refused that is not written down', () => {
      for (const { name, labels } of workloads) {
        const refusing = policies.some(({ podSelector, policyTypes, ingress, egress }) => selects(podSelector, labels) && policyTypes.length === 2 && ingress === undefined && egress === undefined);
        expect([name, refusing]).toEqual([name, true]);
      }
      for (const rule of policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress])) expect([(rule.from ?? rule.to ?? []).length > 0, (rule.ports ?? []).length > 0]).toEqual([true, true]);
    });

    verifies('O2', 'only these may talk to the services', () => {
      expect(written('ingress', 'gateway')).toEqual(['identity:8080', 'ingress:8080', 'keys:8080', 'monitoring:9080']);
      expect(written('ingress', 'identity')).toEqual(['gateway:8081', 'ingress:8081', 'monitoring:9081']);
      expect(written('ingress', 'keys')).toEqual(['gateway:8082', 'monitoring:9082']);
      for (const job of ['identity-migrations', 'keys-migrations']) expect(written('ingress', job)).toEqual([]);
    });

    it('the gateway gets at no Postgres, and a migration at nothing else', () => {
      expect(written('egress', 'gateway').filter((arrow) => arrow.endsWith(':5432'))).toEqual([]);
      for (const name of ['identity', 'keys']) expect(written('egress', name).filter((arrow) => arrow.endsWith(':5432'))).toHaveLength(1);
      for (const job of ['identity-migrations', 'keys-migrations']) expect(written('egress', job)).toEqual([expect.stringMatching(/:5432$/)]);
    });

    it('the Internet does not include what is near', () => {
      const near = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10'];
      const outside = policies.flatMap(({ egress = [] }) => egress.flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => (ipBlock?.cidr === '0.0.0.0/0' ? [ipBlock] : []))));
      expect(outside).toHaveLength(3);
      for (const { except } of outside) expect(except).toEqual(near);
    });

    it('every arrow inside has both of its ends', () => {
      for (const { labels } of workloads) {
        for (const { peer, port } of arrows(labels, 'egress')) {
          const other = workloads.find((one) => called(one) === peer);
          if (other !== undefined) expect(arrows(other.labels, 'ingress')).toContainEqual({ peer: called({ labels }), port });
        }
        for (const { peer, port } of arrows(labels, 'ingress')) {
          const other = workloads.find((one) => called(one) === peer);
          if (other !== undefined) expect(arrows(other.labels, 'egress')).toContainEqual({ peer: called({ labels }), port });
        }
      }
    });
  });
}
