import { fillForm, readForms, textOfPage } from './html-form.ts';

const page = `<!doctype html><title>Sign in</title><style>label { color: red }</style>
<form method="post" action="/interaction/abc/sign-in?a=1&amp;b=2">
  <input type="hidden" name="csrf" value="t&quot;oken">
  <label for="email">Email</label> <input id="email" name="email" type="email">
  <label>Password <input name="password" type="password"></label>
  <label><input type="checkbox" name="remember" checked> Remember me</label>
  <label><input type="checkbox" name="spam"> Spam me</label>
  <label for="org">Organization</label>
  <select id="org" name="org"><option value="one">One</option><option value="two" selected>Two</option></select>
  <button name="action" value="allow"><b>Sign</b> in</button> <button type="button">Nothing</button>
</form>`;

describe('readForms', () => {
  it('reads what a browser without JavaScript would send', () => {
    const [form] = readForms(page);
    expect(form).toMatchObject({ method: 'POST', action: '/interaction/abc/sign-in?a=1&b=2' });
    expect(form!.buttons.map((button) => button.label)).toEqual(['Sign in']);
    const body = fillForm(form!, form!.buttons[0]!, { Email: 'a@b.c', Password: 'p w' });
    expect(Object.fromEntries(body)).toEqual({
      csrf: 't"oken', email: 'a@b.c', password: 'p w', remember: 'on', org: 'two', action: 'allow',
    });
  });

  it('tells the words of a page without its style', () => {
    expect(textOfPage('<style>p{}</style><h1>Not&nbsp;found</h1>')).toBe('Not found');
  });
});
