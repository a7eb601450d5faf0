export { openapiDocument, type DocumentOptions } from './document.ts';
export { families, operations, type OperationName } from './families.ts';
export { findOperation, type FoundOperation } from './find-operation.ts';
export { natsErrorHeaders, natsSubjects, operationOfSubject, type NatsOperation } from './nats-calls.ts';
export { pathParameters, routeOf, type Operation, type OperationFamily, type OperationService } from './operation.ts';
export { refusalsByStatus, refusalsOf } from './refusals.ts';
