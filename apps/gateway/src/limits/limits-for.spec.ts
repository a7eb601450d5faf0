import { defaultServerSettings, type ServerLimits } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { demoServer, somePrincipal } from '../testing/principals.ts';
import { limitsFor, type LimitedRequest } from './limits-for.ts';

const names = (more: Partial<LimitedRequest>) =>
  limitsFor({ principal: somePrincipal, own: null, policy: undefined, server: undefined, tool: undefined, defaultPerMinute: 100, ...more }).map(({ key, limit, windowSeconds }) => `${key} ${limit}/${windowSeconds}`);
const server = (limits: Partial<ServerLimits>) => ({ ...demoServer, settings: { limits: { ...defaultServerSettings.limits, ...limits } } });

describe('limitsFor', () => {
  verifies('G5', 'what is nearest to a credential counts for it', () => {
    const policy = { keyMaxLifetimeSeconds: null, requestsPerMinutePerCredential: 50 };
    const at = server({ perCredential: 20 });
    expect(names({})).toEqual(['credential:jwt:gid-1 100/60']);
    expect(names({ policy })).toEqual(['credential:jwt:gid-1 50/60']);
    expect(names({ policy, server: at })).toEqual(['credential:jwt:gid-1:at:a-uuid 20/60']);
    expect(names({ policy, server: at, own: { limit: 7, windowSeconds: 5 } })).toEqual(['credential:jwt:gid-1 7/5']);
  });

  verifies('G5', 'server, user, tool and organization are counted beside it; of globs the first that fits', () => {
    const at = server({ perUser: 10, requestsPerMinute: 30, perTool: { 'delete_*': 2, '*': 9 } });
    const policy = { keyMaxLifetimeSeconds: null, requestsPerMinute: 1000 };
    expect(names({ policy, server: at, tool: 'delete_all' })).toEqual(['credential:jwt:gid-1 100/60', 'user:user-1:at:a-uuid 10/60', 'server:a-uuid 30/60', 'tool:a-uuid:delete_* 2/60', 'org 1000/60']);
    expect(names({ server: at, tool: 'add' })).toContain('tool:a-uuid:* 9/60');
    expect(names({ server: at }).filter((name) => name.startsWith('tool'))).toEqual([]);
  });

  verifies('G5', 'people who share a credential have the limits of one each', () => {
    const principal = { ...somePrincipal, endUser: 'kim' };
    expect(names({ principal, server: server({ perUser: 3 }) })).toEqual(['credential:jwt:gid-1:end-user:kim 100/60', 'user:kim:at:a-uuid 3/60']);
    expect(names({ principal: { ...somePrincipal, endUser: 'k'.repeat(500) } })[0]?.length).toBeLessThan(120);
  });
});
