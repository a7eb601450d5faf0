export { startEverything, type Everything } from './everything/start.ts';
