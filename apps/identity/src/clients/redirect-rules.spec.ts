import fc from 'fast-check';
import { verifies } from '@latchkey/testing';
import { applicationType, isNativeRedirect, redirectProblem } from './redirect-rules.ts';

describe('redirect rules', () => {
  verifies('AS-32', 'take https, loopback http and private schemes', () => {
    for (const uri of ['https://a.example/cb?x=1', 'http://localhost/cb', 'http://127.0.0.1:1/cb', 'http://[::1]:9/cb', 'cursor://x/cb', 'com.example.app:/cb']) {
      expect(redirectProblem(uri, true)).toBeNull();
    }
    expect(redirectProblem('cursor://x/cb', false)).not.toBeNull();
  });

  verifies('AS-32', 'take no scheme that runs or reads something, however it is spelled', () => {
    for (const uri of ['JavaScript:alert(1)', ' javascript:alert(1)', 'java\tscript:alert(1)', 'DATA:text/html,x', 'file:///x', 'vbscript:x', 'blob:https://a/b', 'about:blank']) {
      expect(redirectProblem(uri, true)).not.toBeNull();
    }
  });

  verifies('AS-20', 'call native what only the own machine can answer', () => {
    expect(applicationType(['https://a.example/cb'])).toBe('web');
    expect(applicationType(['https://a.example/cb', 'http://localhost:1/cb'])).toBe('native');
    expect(isNativeRedirect('http://localhost.evil.example/cb')).toBe(false);
  });

  it('never throw, whatever is registered', () => {
    fc.assert(fc.property(fc.anything(), (value) => void redirectProblem(value, true)));
    fc.assert(fc.property(fc.string(), (value) => void redirectProblem(value, false)));
  });
});
