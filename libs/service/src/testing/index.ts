export { requireDescribed, type GivenAnswer } from './require-described.ts';
export { routesOf } from './routes-of.ts';
