import { findProgram, ServerMissingError } from './find-program.ts';

describe('findProgram', () => {
  it('takes the first of the names that PATH offers', () => {
    expect(findProgram(['no-such-program-here', 'sh'], 'NO_SUCH_VARIABLE')).toMatch(/\/sh$/);
  });

  it('looks nowhere else when the variable names something that is not there', () => {
    process.env['SOME_BIN'] = '/nowhere/sh';
    expect(() => findProgram(['sh'], 'SOME_BIN')).toThrow(/^ServerMissingError: \/nowhere\/sh /);
    delete process.env['SOME_BIN'];
  });

  it('says what is missing and how to name it, in words that `npm test` recognises', () => {
    expect(() => findProgram(['no-such-program-here'], 'SOME_BIN')).toThrow(ServerMissingError);
    expect(() => findProgram(['no-such-program-here'], 'SOME_BIN')).toThrow(/^ServerMissingError: no-such-program-here .* SOME_BIN/);
  });
});
