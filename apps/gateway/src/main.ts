import { streamNames } from '@latchkey/contracts';
import { checkIssuer, runService } from '@latchkey/service';
import { readGatewayEnv, schema } from './env.ts';
import { startGateway } from './start.ts';

runService({
  name: 'gateway',
  stream: streamNames.identity,
  schema,
  readEnv: () => readGatewayEnv(),
  checks: ({ LATCHKEY_ISSUER: issuer, LATCHKEY_IDENTITY_INTERNAL_URL: internalUrl }) => (issuer === undefined ? [] : [() => checkIssuer({ issuer, at: internalUrl ?? issuer })]),
  start: startGateway,
});
