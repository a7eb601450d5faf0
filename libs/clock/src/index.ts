export { MonotonicClock, SystemMonotonicClock, SystemWallClock, WallClock } from './clock.ts';
export { greatestSkewMs, skewMs, skewProblem, type ClockReading } from './skew.ts';
