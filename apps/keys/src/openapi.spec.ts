import { families, routeOf } from '@latchkey/contracts/openapi';
import { InProcessFeed } from '@latchkey/feed';
import { routesOf } from '@latchkey/service/testing';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import type { Type } from '@nestjs/common';
import { KeysModule } from './app.module.ts';
import { readKeysEnv } from './env.ts';

const env = readKeysEnv({ DATABASE_URL: 'postgres://nowhere', LATCHKEY_KEYS_URL: 'http://keys', LATCHKEY_GATEWAY_URL: 'http://gate', LATCHKEY_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') });
const { controllers = [] } = KeysModule.register({ env, feed: new InProcessFeed(), logger: createLogger('keys', 'silent') });

verifies('K13', 'every route of keys is in the OpenAPI document, and every operation of the document is a route', () => {
  const described = families.filter(({ service }) => service === 'keys').flatMap(({ operations }) => Object.values(operations).map(routeOf));
  const answered = routesOf(controllers as Type[]).filter((route) => route.includes(' /v1/'));
  // In front of Nest, for its bytes.
  expect([...answered, 'POST /v1/hooks/{subscription}'].sort()).toEqual([...described].sort());
});
