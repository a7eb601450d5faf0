import { enrolPage, manageFactorPage, secondFactorPage } from './pages.ts';

const offer = { secret: 'ABCDEFGH', link: 'otpauth://totp/x', sealed: 's' };

describe('the field for a code', () => {
  it('brings up digits where a code of the app alone will do, and letters where a recovery code does as well', () => {
    expect(enrolPage({ action: '/x', csrf: 'c', offer, backPath: '/' })).toContain('inputmode="numeric"');
    expect(secondFactorPage({ csrf: 'c', backPath: '/' })).toContain('inputmode="text"');
    expect(manageFactorPage({ csrf: 'c', left: 10 })).toContain('inputmode="text"');
  });
});
