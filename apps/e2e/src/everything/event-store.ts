import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

/** Keeps what went out on a session's streams, so that a client that lost one can have the rest on another (`Last-Event-ID`). */
export class MemoryEventStore implements EventStore {
  readonly #events: { id: string; streamId: string; message: JSONRPCMessage }[] = [];

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const id = `${streamId}_${this.#events.length}`;
    this.#events.push({ id, streamId, message });
    return id;
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events.find((event) => event.id === id)?.streamId;
  }

  async replayEventsAfter(id: string, { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> }): Promise<string> {
    const at = this.#events.findIndex((event) => event.id === id);
    const streamId = this.#events[at]?.streamId;
    if (streamId === undefined) throw new Error('unknown event id');
    for (const event of this.#events.slice(at + 1)) {
      // A priming event is stored as an empty object: nothing to say to anybody.
      if (event.streamId === streamId && Object.keys(event.message).length > 0) await send(event.id, event.message);
    }
    return streamId;
  }
}
