import type { Delivery, WireMessage } from '../delivery.ts';

interface Stored extends WireMessage {
  version: number;
}

/** One writer's messages, the newest of each subject, and who follows them. */
export class Channel {
  sequence = 0;
  /** In the order of sequence: a replaced message leaves its place and goes to the end. */
  private readonly stored = new Map<string, Stored>();
  private readonly queues = new Map<Delivery, WireMessage[]>();
  private pumping = false;

  get size(): number {
    return this.stored.size;
  }

  newest(subject: string): Stored | undefined {
    return this.stored.get(subject);
  }

  append(subject: string, text: string, version: number, traceparent?: string): number {
    this.sequence += 1;
    const message = { sequence: this.sequence, subject, text, version, traceparent };
    this.stored.delete(subject);
    this.stored.set(subject, message);
    for (const queue of this.queues.values()) queue.push(message);
    this.pump();
    return message.sequence;
  }

  join(delivery: Delivery): () => void {
    this.queues.set(delivery, [...this.stored.values()]);
    this.pump();
    return () => void this.queues.delete(delivery);
  }

  close(): void {
    this.queues.clear();
  }

  /** Delivers before `append` returns; what a listener publishes meanwhile waits for its turn, so that all see the same order. */
  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    for (let busy = true; busy; ) {
      busy = false;
      for (const [delivery, queue] of this.queues) {
        const message = queue.shift();
        if (message === undefined) continue;
        busy = true;
        delivery.deliver(message);
      }
    }
    this.pumping = false;
  }
}
