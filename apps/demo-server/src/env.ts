import { z } from 'zod';

/** The only reader of the environment here. */
const envSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000).describe('Port to listen on'),
  LATCHKEY_GATEWAY_URL: z.url().optional().describe('Public URL of the gateway, whose keys verify the assertions it sends'),
  LATCHKEY_DEMO_SERVER_URL: z.url().optional().describe('URL under which this server is registered at the gateway'),
  LATCHKEY_LOG_LEVEL: z.string().default('info'),
});

export const readEnv = (source: NodeJS.ProcessEnv = process.env) => envSchema.parse(source);
