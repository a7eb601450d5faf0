import type { McpServer } from '@modelcontextprotocol/server';
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { pixelPng, silenceWav } from './media.ts';

const image = { type: 'image' as const, data: pixelPng, mimeType: 'image/png' };

/** Keywords of JSON Schema 2020-12 that a server, and whoever stands before it, must hand on untouched (SEP-1613, SEP-2106). */
const fullSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

/** Tools that only answer: one per kind of content, one that fails, and two with unusual schemas. */
export function registerPlainTools(server: McpServer): void {
  server.registerTool('test_simple_text', { description: 'Returns a simple text' }, () => ({
    content: [{ type: 'text', text: 'This is a simple text response for testing.' }],
  }));
  server.registerTool('test_image_content', { description: 'Returns an image' }, () => ({ content: [image] }));
  server.registerTool('test_audio_content', { description: 'Returns audio' }, () => ({
    content: [{ type: 'audio', data: silenceWav, mimeType: 'audio/wav' }],
  }));
  server.registerTool('test_embedded_resource', { description: 'Returns an embedded resource' }, () => ({
    content: [
      {
        type: 'resource',
        resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
      },
    ],
  }));
  server.registerTool('test_multiple_content_types', { description: 'Returns text, an image and a resource' }, () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      {
        type: 'resource',
        resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' },
      },
    ],
  }));
  server.registerTool('test_error_handling', { description: 'Always fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Has an input schema with keywords of JSON Schema 2020-12', inputSchema: fromJsonSchema<Record<string, unknown>>(fullSchema) },
    (input) => ({ content: [{ type: 'text', text: `JSON Schema 2020-12 tool called with: ${JSON.stringify(input)}` }] }),
  );
  server.registerTool(
    'test_x_mcp_header',
    {
      description: 'Mirrors an argument into a header (SEP-2243)',
      inputSchema: z.object({
        region: z.string().optional().meta({ 'x-mcp-header': 'Region' }),
        query: z.string().optional(),
      }),
    },
    ({ region }) => ({ content: [{ type: 'text', text: `region: ${region ?? 'none'}` }] }),
  );
}
