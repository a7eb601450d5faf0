import { createLogger } from './logger.ts';

describe('createLogger', () => {
  it('writes no value under a name that could hold a secret, at the top or nested', () => {
    const lines: string[] = [];
    const logger = createLogger('gateway', 'info', { write: (line) => void lines.push(line) });
    logger.info({ token: 'lk_pat_1', req: { headers: { authorization: 'Bearer x1', 'set-cookie': 'x2' } }, body: { password: 'x3' } }, 'm');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/lk_pat_1|x1|x2|x3/);
    expect(JSON.parse(lines[0]!)).toMatchObject({ service: 'gateway', msg: 'm', token: '[redacted]' });
  });
});
