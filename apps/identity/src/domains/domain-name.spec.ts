import { claimableDomain, domainOfEmail, normalizedDomain } from './domain-name.ts';

describe('domain names', () => {
  it('have one spelling', () => {
    expect(normalizedDomain(' Example.COM. ')).toBe('example.com');
    expect(normalizedDomain('bücher.example')).toBe('xn--bcher-kva.example');
    expect(normalizedDomain('BÜCHER.example')).toBe('xn--bcher-kva.example');
    expect(normalizedDomain('xn--bcher-kva.example')).toBe('xn--bcher-kva.example');
    // A full-width dot is a dot (IDNA).
    expect(normalizedDomain('example。com')).toBe('example.com');
  });

  it.each(['', '.', 'com', 'localhost', '127.0.0.1', '0x7f.1', '[::1]', 'a..b', '-a.com', 'a-.com', 'a_b.com', 'a b.com', 'a/b.com', 'user@a.com', 'a.com:80', '*.a.com', `${'a'.repeat(64)}.com`, `${'a.'.repeat(130)}com`, 'a\u0000.com'])(
    'are none: %j',
    (text) => expect(normalizedDomain(text)).toBeNull(),
  );

  it.each(['co.uk', 'COM.AU', 'ac.jp', 'github.io', 'kobe.jp', 'any.kobe.jp', 's3.amazonaws.com', 'co.com', 'xn--55qx5d.cn', '公司.cn', 'example.test', 'printer.local', 'x.arpa', 'nonsense'])('cannot be claimed: %s', (text) => {
    expect(() => claimableDomain(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it.each(['acme.com', 'acme.co.uk', 'acme.github.io', 'city.kobe.jp', 'acme.corp', 'mail.acme.io', 'com.acme.de'])('can be claimed: %s', (text) => {
    expect(claimableDomain(text)).toBe(text);
  });

  it('are read from addresses, by the last @', () => {
    expect(domainOfEmail('a@acme.com')).toBe('acme.com');
    expect(domainOfEmail('"a@evil.com"@acme.com')).toBe('acme.com');
    expect(domainOfEmail('no address')).toBeNull();
  });
});
