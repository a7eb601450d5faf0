import { Problem } from '@latchkey/problem';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What programs call, as opposed to what a person's browser sends a form to. */
const api = /^\/(?:v1|internal|console\/api)(?:\/|$)/;

const isForm = ({ headers }: FastifyRequest): boolean => /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? '');

/** 415 in words that say what would have been taken. @param route  template of the route, where there is one */
export const unsupportedBody = (route: string | undefined): Problem =>
  new Problem('invalid_request', {
    status: 415, detail: route === undefined || api.test(route) ? 'Bodies are taken as JSON here: send them with the content type application/json.' : 'The content type is not supported here.',
  });

/**
 * An API takes JSON and nothing else. Forms, and plain text, are what a page of somebody else can send in the name of a browser without being asked
 * whether it may (Fetch Standard, "CORS-safelisted request-header"); they are for our own pages, which expect them.
 */
export function takeFormsOnPagesOnly(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url;
    if (route !== undefined && api.test(route) && isForm(request)) done(unsupportedBody(route));
    else done();
  });
}
