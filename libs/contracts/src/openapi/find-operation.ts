import { families } from './families.ts';
import { pathParameters, type Operation, type OperationService } from './operation.ts';

export interface FoundOperation {
  name: string;
  service: OperationService;
  operation: Operation;
}

const all = families.flatMap(({ service, operations }) =>
  Object.entries(operations).map(([name, operation]) => ({ name, service, operation, pattern: new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`) })),
);
// As a router does: what is spelled out goes before what is a parameter.
all.sort((one, other) => pathParameters(one.operation.path).length - pathParameters(other.operation.path).length);

/** The operation that a request is for, by its method and its path without the query. */
export function findOperation(method: string, path: string): FoundOperation | null {
  return all.find(({ operation, pattern }) => operation.method === method.toLowerCase() && pattern.test(path)) ?? null;
}
