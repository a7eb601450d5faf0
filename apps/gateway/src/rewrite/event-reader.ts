/**
 * Reads the data of server-sent events as they come, each byte once: an upstream that sends little by little must not cost more than one that sends all at
 * once. Whoever pushes bounds how much.
 * @see HTML standard, section 9.2.6
 */
export class EventReader {
  /** Takes a byte order mark at the head for no part of the first line, as every client does. */
  private readonly decoder = new TextDecoder();
  /** Pieces of a line that has not ended */
  private line: string[] = [];
  private data: string[] = [];
  private endedInCr = false;

  /** @returns the data of the events that ended with it; what no event ends is none */
  push(chunk: Uint8Array): string[] {
    let text = this.decoder.decode(chunk, { stream: true });
    if (text === '') return [];
    // CR LF is one end of a line, also where it comes in two pieces.
    if (this.endedInCr && text.startsWith('\n')) text = text.slice(1);
    this.endedInCr = text.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    const last = lines.pop() ?? '';
    const events = lines.flatMap((line) => this.end(line));
    if (last !== '') this.line.push(last);
    return events;
  }

  private end(rest: string): string[] {
    const line = this.line.length === 0 ? rest : this.line.join('') + rest;
    this.line = [];
    if (line === '') {
      const { data } = this;
      this.data = [];
      return data.length === 0 ? [] : [data.join('\n')];
    }
    if (line === 'data') this.data.push('');
    else if (line.startsWith('data:')) this.data.push(line.startsWith(' ', 5) ? line.slice(6) : line.slice(5));
    return [];
  }
}
