/** JSON-RPC and MCP codes that the gateway itself sends (GW-05); its other refusals carry their HTTP status as the code. */
export const rpcCodes = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Legacy clients only (GW-52) */
  resourceNotFound: -32002,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
  /** Legacy clients only: a page has to be opened first */
  urlElicitationRequired: -32042,
} as const;

export type RpcCode = (typeof rpcCodes)[keyof typeof rpcCodes];

/** A refusal in the words of the protocol: the body is a JSON-RPC error with the id of the request. */
export class RpcRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: RpcCode,
    message: string,
    readonly data?: Record<string, unknown>,
  ) {
    super(message);
    this.name = 'RpcRefusal';
  }
}
