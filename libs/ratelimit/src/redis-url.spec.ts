import { redisUrlSchema, sentinelOptions } from './redis-url.ts';

describe('REDIS_URL', () => {
  it('may lead to one server', () => {
    for (const url of ['redis://localhost:6379', 'rediss://user:p%40ss@redis.example:6380/2']) {
      expect([redisUrlSchema.safeParse(url).success, sentinelOptions(url)]).toEqual([true, null]);
    }
  });

  it('may lead to sentinels, which know the primary', () => {
    expect(redisUrlSchema.safeParse('redis+sentinel://a,b:26380/main').success).toBe(true);
    expect(sentinelOptions('redis+sentinel://a,b:26380/main')).toEqual({ sentinels: [{ host: 'a', port: 26_379 }, { host: 'b', port: 26_380 }], name: 'main' });
    expect(sentinelOptions('redis+sentinel://app:p%40ss@[::1]:26379/main?sentinelPassword=x%2Fy')).toEqual({
      sentinels: [{ host: '::1', port: 26_379 }], name: 'main', username: 'app', password: 'p@ss', sentinelPassword: 'x/y',
    });
    expect(sentinelOptions('redis+sentinel://:secret@a/main')).toEqual({ sentinels: [{ host: 'a', port: 26_379 }], name: 'main', password: 'secret' });
  });

  it.each(['', 'localhost:6379', 'http://localhost', 'redis+sentinel://a', 'redis+sentinel:///main', 'redis+sentinel://a:port/main'])('is refused where it is %p', (url) => {
    expect(redisUrlSchema.safeParse(url).success).toBe(false);
  });
});
