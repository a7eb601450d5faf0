import { families } from '@latchkey/contracts/openapi';
import { verifies } from '@latchkey/testing';
import { managementRoute } from './management-routes.ts';

verifies('K13', 'every described operation goes to the service that has it, with the scope that the document names', () => {
  for (const { service, operations } of families) {
    for (const [name, { method, path, scope }] of Object.entries(operations)) {
      const route = managementRoute(path.replace(/\{\w+\}/g, 'x'), method.toUpperCase());
      expect([name, route?.service, route?.scope]).toEqual([name, service, scope]);
    }
  }
});
