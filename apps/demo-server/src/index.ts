export { startDemoServer, type DemoServer, type DemoServerOptions } from './start.ts';
