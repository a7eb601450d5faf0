/** What goes out as one message. */
export interface TrailPage {
  /** Of the first event: a page that is sent again is the same to whoever takes it. */
  id: string;
  /** A JSON array of events, in UTF-8 */
  bytes: Buffer;
  events: number;
}

const mostEvents = 200;
/** An eighth of what a NATS server takes by default. */
const mostBytes = 128 * 1024;
/** What a busy second leaves behind; to get new room for each page has everything collected more often. */
const mostSpares = 16;
const [opening, comma, closing] = [0x5b, 0x2c, 0x5d];
/** UTF-8 takes no more than this for what is one unit of a string. */
const bytesPerUnit = 3;
const nothing = new Uint8Array();

/**
 * Writes events down, one page after the other. Hot path: bytes outside of the heap, because what waits there as objects or texts outlives collections
 * and is carried along by each of them.
 */
export class TrailPages {
  private full: TrailPage[] = [];
  private page: Buffer | null = null;
  /** Room of pages that were taken and are done with */
  private readonly spares: Buffer[] = [];
  private length = 0;
  private id = '';
  private onPage = 0;
  private total = 0;

  /** How many events are written down and were not taken. */
  get events(): number {
    return this.total;
  }

  /**
   * @param text  the event as JSON, or how it begins; one that is too long for a page has one of its own
   * @param rest  how it ends, in UTF-8
   */
  add(id: string, text: string, rest: Uint8Array = nothing): void {
    const room = mostBytes - this.length - 2 - rest.length;
    if (this.onPage >= mostEvents || (text.length * bytesPerUnit > room && Buffer.byteLength(text) > room)) this.turn();
    const page = (this.page ??= this.emptyPage(text.length * bytesPerUnit + rest.length + 2));
    if (this.onPage === 0) this.id = id;
    page[this.length] = this.onPage === 0 ? opening : comma;
    this.length += 1 + page.write(text, this.length + 1);
    page.set(rest, this.length);
    this.length += rest.length;
    this.onPage += 1;
    this.total += 1;
  }

  /** All pages so far, in the order in which they were written. */
  take(): TrailPage[] {
    this.turn();
    const { full } = this;
    this.full = [];
    this.total = 0;
    return full;
  }

  /** Of a page that nobody reads any more: it is written over. */
  reuse({ bytes }: TrailPage): void {
    if (bytes.buffer.byteLength === mostBytes && this.spares.length < mostSpares) this.spares.push(Buffer.from(bytes.buffer));
  }

  private emptyPage(leastBytes: number): Buffer {
    if (leastBytes > mostBytes) return Buffer.allocUnsafeSlow(leastBytes);
    return this.spares.pop() ?? Buffer.allocUnsafeSlow(mostBytes);
  }

  private turn(): void {
    const { page } = this;
    if (page === null || this.onPage === 0) return;
    page[this.length] = closing;
    this.full.push({ id: this.id, bytes: page.subarray(0, this.length + 1), events: this.onPage });
    this.page = null;
    this.length = this.onPage = 0;
  }
}
