import { foreignText } from './foreign-text.ts';

describe('foreignText', () => {
  it('drops what could reorder or hide text', () => {
    expect(foreignText('Claude\u202egnp.exe\u200b \u0000 \n Code\u2066')).toBe('Claude gnp.exe Code');
  });

  it('cuts by characters, never through one', () => {
    expect(foreignText('🔑'.repeat(100), 10)).toBe(`${'🔑'.repeat(9)}…`);
    expect(foreignText('Inspector')).toBe('Inspector');
  });
});
