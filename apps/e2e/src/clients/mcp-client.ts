/** What a tool answered, in the little that the journeys look at. */
export interface ToolAnswer {
  isError: boolean;
  text: string;
  structured: Record<string, unknown> | undefined;
}

/** An MCP client of either era under the hand of a journey. */
export interface McpClient {
  readonly era: 'modern' | 'legacy';
  /** @returns where the user has to go first, or null when the connection stands */
  connect(): Promise<URL | null>;
  /** Hands in what came back to the redirect URI, and connects. */
  finish(parameters: URLSearchParams): Promise<void>;
  /** Asks for fresh tokens with the refresh token. */
  refresh(): Promise<void>;
  listTools(): Promise<string[]>;
  call(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>;
  tokens(): { access_token: string; refresh_token?: string; scope?: string };
  clientId(): string;
  close(): Promise<void>;
}

/** Reads the result of either SDK. */
export function toToolAnswer(result: unknown): ToolAnswer {
  const { content, isError, structuredContent } = result as {
    content: { type: string; text?: string }[];
    isError?: boolean;
    structuredContent?: Record<string, unknown>;
  };
  return { isError: isError ?? false, text: content.map((item) => item.text ?? '').join('\n'), structured: structuredContent };
}
