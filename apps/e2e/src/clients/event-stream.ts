export interface StreamedMessage {
  /** Milliseconds since the request went out */
  atMs: number;
  message: Record<string, unknown>;
}

/** Reads server-sent events as they come, until the stream ends, however it ends. */
export async function readEventStream(response: Response, onMessage: (message: StreamedMessage) => void = () => undefined): Promise<StreamedMessage[]> {
  const started = performance.now();
  const seen: StreamedMessage[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const events = rest.split(/\r?\n\r?\n/);
      rest = events.pop() ?? '';
      for (const event of events) {
        const data = event.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
        if (data === '') continue;
        const streamed = { atMs: performance.now() - started, message: JSON.parse(data) as Record<string, unknown> };
        seen.push(streamed);
        onMessage(streamed);
      }
    }
  } catch {
    // A connection that is cut has ended too.
  }
  return seen;
}
