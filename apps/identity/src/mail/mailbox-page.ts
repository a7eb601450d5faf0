import { foreignText } from '../pages/foreign-text.ts';
import { html, type Html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import type { KeptMail } from './read-mailbox.ts';

/** Text with its links made into links. */
function linked(text: string): Html[] {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`));
}

const message = ({ id, to, subject, text, at }: KeptMail): Html => html`<section class="server" aria-labelledby="mail-${id}">
<h2 id="mail-${id}">${foreignText(subject, 200)}</h2>
<p class="soft small">to ${foreignText(to, 254)}, <time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time></p>
<pre>${linked(text)}</pre>
</section>`;

/** Mail that would have been sent, for who tries Latchkey out on their own computer. */
export function mailboxPage(mails: readonly KeptMail[]): string {
  const body = html`<h1>Mailbox</h1>
<p class="soft">This Latchkey runs on your own computer and sends no mail: here is what it would have sent. With <code>LATCHKEY_SMTP_URL</code> it goes out instead.</p>
${mails.length === 0 ? html`<p>Nothing has come yet.</p>` : mails.map(message)}`;
  return layout({ title: 'Mailbox', body, wide: true });
}
