import type { CallToolResult, InputRequests, McpServer, RequestStateCodec, ServerContext, ToolCallback } from '@modelcontextprotocol/server';
import { acceptedContent, inputRequired, inputResponse } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { clientCapabilities } from './client-capabilities.ts';
import { colorSchema, nameSchema, okSchema } from './input-schemas.ts';

const text = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] });
const sample = (prompt: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens });
const named = z.object({ name: z.string() });

/** Tools of the multi-round-trip pattern of 2026-07-28 (SEP-2322): the result asks, the client calls again with the answers. */
export function registerInputRequiredTools(server: McpServer, codec: RequestStateCodec<{ round: number }>): void {
  const register = (name: string, description: string, run: ToolCallback) =>
    server.registerTool(`test_input_required_result_${name}`, { description }, run);

  register('elicitation', 'Asks the user for a name', (context) => {
    const answer = acceptedContent(context.mcpReq.inputResponses, 'user_name', named);
    if (answer !== undefined) return text(`Hello, ${answer.name}!`);
    return inputRequired({ inputRequests: { user_name: inputRequired.elicit({ message: 'What is your name?', requestedSchema: nameSchema }) } });
  });

  register('sampling', "Asks the client's model", (context) => {
    const answer = inputResponse(context.mcpReq.inputResponses, 'capital_question');
    if (answer.kind === 'sampling') return text(JSON.stringify(answer.result.content));
    return inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?', 100) } });
  });

  register('list_roots', "Asks for the client's roots", (context) => {
    const answer = inputResponse(context.mcpReq.inputResponses, 'client_roots');
    if (answer.kind === 'roots') return text(answer.roots.map((root) => root.uri).join(' '));
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });

  // The state comes back through the client, so it is signed; a state that fails verification never reaches these handlers.
  const confirmWithState = async (context: ServerContext) => {
    const confirmed = acceptedContent(context.mcpReq.inputResponses, 'confirm', z.object({ ok: z.boolean() }));
    if (confirmed !== undefined && context.mcpReq.requestState<{ round: number }>()?.round === 1) return text('state-ok');
    return inputRequired({
      inputRequests: { confirm: inputRequired.elicit({ message: 'Please confirm', requestedSchema: okSchema }) },
      requestState: await codec.mint({ round: 1 }, context),
    });
  };
  register('request_state', 'Carries state over the round trip', confirmWithState);
  register('tampered_state', 'Refuses a state that was changed', confirmWithState);

  register('multiple_inputs', 'Asks for three things at once', async (context) => {
    const { inputResponses } = context.mcpReq;
    const name = acceptedContent(inputResponses, 'user_name', named);
    const greeting = inputResponse(inputResponses, 'greeting');
    const roots = inputResponse(inputResponses, 'client_roots');
    if (name !== undefined && greeting.kind === 'sampling' && roots.kind === 'roots') return text(`${name.name}: ${roots.roots.length} roots`);
    return inputRequired({
      inputRequests: {
        user_name: inputRequired.elicit({ message: 'What is your name?', requestedSchema: nameSchema }),
        greeting: sample('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      },
      requestState: await codec.mint({ round: 1 }, context),
    });
  });

  register('multi_round', 'Asks twice, one question after the other', async (context) => {
    const round = context.mcpReq.requestState<{ round: number }>()?.round ?? 0;
    const color = acceptedContent(context.mcpReq.inputResponses, 'step2', z.object({ color: z.string() }));
    if (round === 2 && color !== undefined) return text(`Your favourite colour is ${color.color}.`);
    const answered = round === 1 && acceptedContent(context.mcpReq.inputResponses, 'step1', named) !== undefined;
    const inputRequests: InputRequests = answered
      ? { step2: inputRequired.elicit({ message: 'Step 2: What is your favorite color?', requestedSchema: colorSchema }) }
      : { step1: inputRequired.elicit({ message: 'Step 1: What is your name?', requestedSchema: nameSchema }) };
    return inputRequired({ inputRequests, requestState: await codec.mint({ round: answered ? 2 : 1 }, context) });
  });

  register('capabilities', 'Asks only for what the client has said it can do', (context) => {
    const can = clientCapabilities(context);
    const inputRequests: InputRequests = {
      ...(can.elicitation === undefined ? {} : { user_name: inputRequired.elicit({ message: 'What is your name?', requestedSchema: nameSchema }) }),
      ...(can.sampling === undefined ? {} : { greeting: sample('Generate a greeting', 50) }),
    };
    const asked = Object.keys(inputRequests);
    const answers = context.mcpReq.inputResponses ?? {};
    return asked.every((key) => key in answers) ? text('Done') : inputRequired({ inputRequests });
  });
}
