import { compare, judge } from './expected-failures.ts';

describe('expected failures', () => {
  it('tells new failures from known ones, and an entry that has begun to pass fails the run', () => {
    expect(compare(['a:x', 'b:y'], ['a:x', 'c:z'])).toEqual({ unexpected: ['c:z'], stale: ['b:y'] });
  });

  it('refuses a run that has no list', () => {
    expect(() => judge('server 1999-01-01', [])).toThrow('No list');
  });
});
