export { FakeMonotonicClock, FakeWallClock } from './fake-clock.ts';
