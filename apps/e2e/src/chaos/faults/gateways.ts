import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const blocked = (kind: string, ms: number): Fault => ({
  kind,
  lane: 'gateways',
  async run({ fleet: { fleet }, random }) {
    const { service } = random.pick(fleet);
    service.freeze();
    await sleep(ms);
    service.resume();
    return service.name;
  },
});

const restarted: Fault = {
  kind: 'gateway killed and restarted',
  lane: 'gateways',
  async run({ fleet: { fleet }, random }) {
    const { service } = random.pick(fleet);
    await service.kill();
    await service.start();
    return service.name;
  },
};

const networkCut: Fault = {
  kind: 'network cut between a gateway and NATS',
  lane: 'gateways',
  async run({ fleet: { fleet }, random }) {
    const { service, network } = random.pick(fleet);
    network.cut();
    await sleep(random.between(1000, 7000));
    network.mend();
    return service.name;
  },
};

const networkHeld: Fault = {
  kind: 'network between a gateway and NATS holds everything back',
  lane: 'gateways',
  async run({ fleet: { fleet }, random }) {
    const { service, network } = random.pick(fleet);
    network.hold();
    await sleep(random.between(1000, 7000));
    network.mend();
    return service.name;
  },
};

const networkSlow: Fault = {
  kind: 'network between a gateway and NATS is slow',
  lane: 'gateways',
  async run({ fleet: { fleet }, random }) {
    const { service, network } = random.pick(fleet);
    const delayMs = random.between(100, 1500);
    network.delay(delayMs);
    await sleep(random.between(2000, 5000));
    network.mend();
    return `${service.name}, ${delayMs.toFixed(0)} ms`;
  },
};

export const gatewayFaults = [
  blocked('gateway blocked for 1.5 s', 1500), blocked('gateway blocked for longer than N', 6000), restarted, networkCut, networkHeld, networkSlow,
];
