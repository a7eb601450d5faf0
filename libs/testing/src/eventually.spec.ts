import { eventually } from './eventually.ts';

describe('eventually', () => {
  it('returns what the first attempt that neither throws nor is false returns', async () => {
    let attempts = 0;
    const value = await eventually(() => {
      attempts += 1;
      if (attempts === 1) throw new Error('not yet');
      return attempts < 3 ? false : 'there';
    });
    expect(value).toBe('there');
    expect(attempts).toBe(3);
  });

  it('throws what the last attempt threw', async () => {
    await expect(eventually(() => Promise.reject(new Error('never')), { timeoutMs: 20 })).rejects.toThrow('never');
  });

  it('says so when the condition stays false', async () => {
    await expect(eventually(() => false, { timeoutMs: 20 })).rejects.toThrow('20 ms');
  });
});
