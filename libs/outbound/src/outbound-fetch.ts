/** Fetches a URL that somebody else gave us. A port: production guards it, tests serve documents without a network. */
export abstract class OutboundFetch {
  /**
   * GET without redirects. @throws on anything but a plain answer: refused address, timeout, too much data
   */
  abstract get(url: string, signal?: AbortSignal, headers?: Readonly<Record<string, string>>): Promise<{ status: number; headers: Headers; body: string }>;
}
