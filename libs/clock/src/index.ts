export { MonotonicClock, SystemMonotonicClock, SystemWallClock, WallClock } from './clock.ts';
