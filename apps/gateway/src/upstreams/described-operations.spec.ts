import { families, type Operation } from '@latchkey/contracts/openapi';
import { verifies } from '@latchkey/testing';
import { toolOperation } from '../rest/tool-operation.ts';
import { managementRoute } from './management-routes.ts';

const filled = ({ path }: Operation): string => path.replace(/\{\w+\}/g, 'x');
const described = families.flatMap(({ service, operations }) => Object.entries(operations).map(([name, operation]) => ({ name, service, operation: operation as Operation })));

describe('the OpenAPI document and the gateway', () => {
  verifies('K13', 'every described operation goes to the service that has it, with the scope that the document names', () => {
    for (const { name, service, operation } of described) {
      if (service === 'gateway' && /^\/(?:v1\/tools|authz)(?:\/|$)/.test(operation.path)) continue;
      const route = managementRoute(filled(operation), operation.method.toUpperCase());
      // What the gateway answers itself takes the way of the management API up to there.
      const by = service === 'gateway' ? 'identity' : service;
      expect([name, route?.service, route?.scope]).toEqual([name, by, operation.scope]);
    }
  });

  verifies(['K13', 'G11'], 'of tools, every operation that there is is described', () => {
    const kinds = described.filter(({ operation }) => operation.path.startsWith('/v1/tools/')).map(({ operation }) => toolOperation(filled(operation), operation.method.toUpperCase())?.operation.kind);
    expect(kinds).toEqual(['list', 'describe', 'show', 'call']);
  });
});
