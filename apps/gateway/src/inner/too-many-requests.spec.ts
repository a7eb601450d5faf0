import { verifies } from '@latchkey/testing';
import { tooManyRequests } from './too-many-requests.ts';

describe('a limit of the server', () => {
  verifies('G11', 'is told on in seconds, within a day', () => {
    const nowMs = Date.parse('2026-07-28T12:00:00Z');
    const cases: [string | null, string][] = [
      ['7', '7'], [' 7 ', '7'], ['0', '1'], ['99999999999999999999', '86400'], ['Tue, 28 Jul 2026 12:01:30 GMT', '90'], ['Tuesday, 28-Jul-26 12:00:10 GMT', '10'], ['Tue, 28 Jul 2020 12:00:00 GMT', '1'],
      ['Tue, 28 Jul 2099 12:00:00 GMT', '86400'], ['-1', '5'], ['1.5', '5'], ['soon', '5'], ['Mon, soon', '5'], ['', '5'], [null, '5'], ['7, 8', '5'],
    ];
    for (const [said, told] of cases) expect([said, tooManyRequests(said, nowMs)]).toMatchObject([said, { code: 'rate_limited', status: 429, headers: { 'retry-after': told } }]);
  });
});
