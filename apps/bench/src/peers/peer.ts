/** Another program in the place of the gateway, as far as it does what the gateway does. */
export interface Peer {
  /** The process whose CPU is counted */
  pid: number;
  /** By name, what can be asked of it */
  ways: Record<string, PeerWay>;
  stop(): Promise<void>;
}

export interface PeerWay {
  url: string;
  /** Of request number so and so */
  authorization?: (at: number) => string;
}

/** Starts one before an MCP server. @throws ServerMissingError where it is not installed */
export type StartPeer = (upstreamUrl: string) => Promise<Peer>;
