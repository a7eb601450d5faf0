import { isObject } from '../message/message.ts';
import { EventReader } from '../rewrite/event-reader.ts';

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Whether a stream of events has brought the answer to the request that it was opened by. */
export class AnswerWatch {
  private readonly reader = new EventReader();
  private readonly id: unknown;
  private found: boolean;

  /** @param request  the message as it was sent; what is no request has no answer to wait for */
  constructor(request: string) {
    const message = parsed(request);
    this.id = isObject(message) ? message['id'] : undefined;
    this.found = this.id === undefined;
  }

  get isAnswered(): boolean {
    return this.found;
  }

  push(chunk: Uint8Array): void {
    if (!this.found) this.found = this.reader.push(chunk).some((data) => this.answers(parsed(data)));
  }

  private answers(message: unknown): boolean {
    return isObject(message) && message['jsonrpc'] === '2.0' && message['id'] === this.id && (isObject(message['result']) || isObject(message['error']));
  }
}
