export type { CallAnswer, CallInput, CallName, CallOptions, ListItem, ListName } from './calls.ts';
export { httpTransport, type HttpOptions } from './http-transport.ts';
export { Keys } from './keys.ts';
export { Latchkey, type LatchkeyOptions } from './latchkey.ts';
export { LatchkeyError, type ClientCode } from './latchkey-error.ts';
export { natsTransport, type NatsOptions } from './nats-transport.ts';
export type { Incoming, Outgoing, Transport } from './transport.ts';
