import { verifies } from '@latchkey/testing';
import { healthFrom } from './health-of.ts';

const at = (second: number): string => new Date(second * 1000).toISOString();
const seen = (state: 'up' | 'down', more: { lastSuccessAt?: string; lastFailureAt?: string; lastFailure?: 'timeout' | 'tls' } = {}) => ({
  seenAt: new Date(9000), seen: { id: 'x', state, failures: 0, open: 0, lastSuccessAt: null, lastFailureAt: null, lastFailure: null, ...more },
});

describe('healthFrom', () => {
  verifies('G3', 'is what the gateways say of a server together', () => {
    expect(healthFrom([])).toMatchObject({ state: 'unknown', gateways: 0, reportedAt: null });
    expect(healthFrom([seen('up'), seen('up')])).toMatchObject({ state: 'up', gateways: 2, down: 0, reportedAt: at(9) });
    expect(healthFrom([seen('down')])).toMatchObject({ state: 'down', down: 1 });
    expect(healthFrom([seen('up', { lastSuccessAt: at(5), lastFailureAt: at(2), lastFailure: 'tls' }), seen('down', { lastSuccessAt: at(1), lastFailureAt: at(3), lastFailure: 'timeout' })])).toEqual({
      state: 'degraded', gateways: 2, down: 1, lastSuccessAt: at(5), lastFailureAt: at(3), lastFailure: 'timeout', reportedAt: at(9),
    });
  });
});
