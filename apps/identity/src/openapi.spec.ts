import { families, routeOf } from '@latchkey/contracts/openapi';
import { InProcessFeed } from '@latchkey/feed';
import { routesOf } from '@latchkey/service/testing';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import type { Type } from '@nestjs/common';
import { IdentityModule } from './app.module.ts';
import { readIdentityEnv } from './env.ts';

/** Where browsers are sent, and come back from, and what other servers fetch of us: no API. */
const forBrowsers = /\/v1\/(?:auth\/|connections\/(?:callback|client)$)/;

const env = readIdentityEnv({ DATABASE_URL: 'postgres://nowhere', LATCHKEY_ISSUER: 'http://localhost:8081', LATCHKEY_GATEWAY_URL: 'http://gate', LATCHKEY_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') });
const { controllers = [] } = IdentityModule.register({ env, feed: new InProcessFeed(), logger: createLogger('identity', 'silent') });

verifies('K13', 'every route of identity is in the OpenAPI document, and every operation of the document is a route', () => {
  const described = families.filter(({ service }) => service === 'identity').flatMap(({ operations }) => Object.values(operations).map(routeOf));
  const answered = routesOf(controllers as Type[]).filter((route) => route.includes(' /v1/') && !forBrowsers.test(route));
  expect([...answered].sort()).toEqual([...described].sort());
});
