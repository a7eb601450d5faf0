import type * as Sdk from '@modelcontextprotocol/client';
import { errorCodes, type ErrorCode } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { isObject } from '../message/message.ts';
import { RpcRefusal, rpcCodes } from '../message/rpc-refusal.ts';
import { noSuchTool } from './no-such-tool.ts';

const said = (text: string): string => text.replace(/^MCP error -?\d+: /, '').replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').slice(0, 1000);

/** A code of ours that comes with an error of the protocol: the gateway itself answered in the place of the server. */
function ownCode(data: unknown): ErrorCode | null {
  const code = isObject(data) ? data['code'] : undefined;
  return code === 'connection_required' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : null;
}

function ofProtocol({ code, message, data }: { code: number; message: string; data?: unknown }): Problem {
  const own = ownCode(data);
  if (own !== null) return new Problem(own, { detail: said(message) });
  if (code === rpcCodes.invalidParams) return /\b(?:unknown tool|tool not found|tool .* not found)\b/i.test(message) ? noSuchTool() : new Problem('invalid_request', { detail: said(message) });
  if (code === rpcCodes.methodNotFound) return new Problem('not_found', { detail: 'This server has no tools.' });
  return new Problem('upstream_unavailable', { detail: `The server answered with an error: ${said(message)}` });
}

/** What went wrong on the way to a tool, as a caller over REST is told. */
export function failureOf(error: unknown, { ProtocolError, SdkError, SdkErrorCode }: Pick<typeof Sdk, 'ProtocolError' | 'SdkError' | 'SdkErrorCode'>): Error {
  if (error instanceof RpcRefusal) return ofProtocol(error);
  if (ProtocolError.isInstance(error)) return ofProtocol(error);
  if (SdkError.isInstance(error)) {
    if (error.code === SdkErrorCode.RequestTimeout) return new Problem('upstream_timeout');
    if (error.code === SdkErrorCode.UnsupportedResultType) return new Problem('tool_error', { detail: 'The tool asks for something that only an MCP client can give.' });
    return new Problem('upstream_unavailable', { cause: error });
  }
  return error instanceof Error ? error : new Problem('upstream_unavailable', { cause: error });
}
