import { html } from './html.ts';

describe('html', () => {
  it('escapes everything that is inserted, in text and in attributes', () => {
    const hostile = `</p><script>alert('x')</script><img src=x onerror="alert(\`1\`)">&amp;`;
    const { text } = html`<p title="${hostile}">${hostile}</p>`;
    const escaped =
      '&lt;/p&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#96;1&#96;)&quot;&gt;&amp;amp;';
    expect(text).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  it('inserts other templates as they are, lists one after the other, and nothing for what is absent', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}${null}${undefined}${false}${0}</ul>`.text).toBe('<ul><li>a</li><li>&lt;b&gt;</li>0</ul>');
  });

  it('does not take an object that looks like markup for markup', () => {
    const forged = { text: '<script>' } as unknown as string;
    expect(() => html`${forged}`).toThrow();
  });
});
