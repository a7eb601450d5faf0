import type { DeliveredMessage, FeedListener, FeedPosition } from '../feed.ts';

/** Remembers all that it is told. */
export class RecordingListener implements FeedListener {
  readonly messages: DeliveredMessage[] = [];
  readonly reasons: string[] = [];
  readonly resets: FeedPosition[] = [];

  onMessage(message: DeliveredMessage): void {
    this.messages.push(message);
  }

  onInvalid(reason: string): void {
    this.reasons.push(reason);
  }

  onReset(position: FeedPosition): void {
    this.resets.push(position);
  }

  /** `<subject>@<version>` of everything delivered, in order. */
  get seen(): string[] {
    return this.messages.map(({ subject, version }) => `${subject}@${version}`);
  }
}
