import { randomBytes } from 'node:crypto';
import { MasterKey } from './master-key.ts';
import { openUnderSecret, sealUnderSecret } from './seal-under-secret.ts';

describe('MasterKey', () => {
  const [one, two] = [randomBytes(32), randomBytes(32)];

  it('opens what it sealed, under the same name, with any key of the list', () => {
    const sealed = new MasterKey([one]).seal('ES256:a', Buffer.from('secret'));
    expect(new MasterKey([two, one]).open('ES256:a', sealed).toString()).toBe('secret');
    expect(() => new MasterKey([one]).open('ES256:b', sealed)).toThrow();
    expect(() => new MasterKey([two]).open('ES256:a', sealed)).toThrow(/LATCHKEY_MASTER_KEY/);
  });

  it('opens nothing that was changed, at any byte', () => {
    const sealed = new MasterKey([one]).seal('x', Buffer.from('secret'));
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => new MasterKey([one]).open('x', changed)).toThrow();
    }
    expect(() => new MasterKey([one]).open('x', Buffer.alloc(0))).toThrow();
  });
});

describe('sealUnderSecret', () => {
  it('opens with the same secret and purpose only', () => {
    const sealed = sealUnderSecret('token-1', 'refresh replay', { a: 1 });
    expect(openUnderSecret('token-1', 'refresh replay', sealed)).toEqual({ a: 1 });
    expect(() => openUnderSecret('token-2', 'refresh replay', sealed)).toThrow();
    expect(() => openUnderSecret('token-1', 'other', sealed)).toThrow();
  });
});
