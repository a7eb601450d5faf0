export { Limits, type Limit, type LimitsDecision, type LimitsState } from './limits.ts';
export { createRateLimiter, type ConsumeOptions, type RateLimitDecision, type RateLimiter, type RateLimiterOptions } from './rate-limiter.ts';
export { createRedis, type Redis } from './redis.ts';
export { redisUrlSchema } from './redis-url.ts';
