import { foreignText } from '../pages/foreign-text.ts';
import { html } from '../pages/html.ts';
import { errorSummary, layout } from '../pages/layout.ts';
import { messagePage } from '../pages/message-page.ts';

export const devicePath = '/device';

/** Asks for the code that a device shows. @param code  as it stood in the address, where it did */
export function enterCodePage({ xsrf, code, error }: { xsrf: string; code?: string | undefined; error?: string | undefined }): string {
  const invalid = error !== undefined && html` aria-invalid="true" aria-describedby="error"`;
  const title = 'Connect a device';
  const body = html`<h1>${title}</h1>
<p>Enter the code that your device or terminal shows.</p>
${errorSummary(error)}
<form method="post" action="${devicePath}">
<input type="hidden" name="xsrf" value="${xsrf}">
<div class="field"><label for="user_code">Code</label>
<input id="user_code" name="user_code" type="text" value="${code}" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="20"${invalid}${error === undefined && html` autofocus`}></div>
<button type="submit">Continue</button>
</form>
<p class="soft small">Enter only a code from a device that is in front of you. Nobody who helps you needs you to enter theirs.</p>`;
  return layout({ title: error === undefined ? title : `Error: ${title}`, body });
}

export interface AskedByDevice {
  xsrf: string;
  code: string;
  /** As the client names itself. */
  clientName: string;
  address: string | null;
  userAgent: string | null;
}

/** Has a person compare what the device shows, before they sign in for it: whoever sent them a link may be who gets the access (RFC 8628 section 5.4). */
export function compareCodePage({ xsrf, code, clientName, address, userAgent }: AskedByDevice): string {
  const body = html`<h1>Is this the code on your device?</h1>
<p class="code"><strong>${code}</strong></p>
<dl class="facts">
<dt>Asked by</dt><dd><bdi>${foreignText(clientName)}</bdi></dd>
<dt>From</dt><dd>${address ?? 'an unknown address'}${userAgent !== null && html`<br><span class="soft small">${foreignText(userAgent)}</span>`}</dd>
</dl>
<div class="notice warn"><p>Go on only if you started this yourself, just now. If somebody sent you here or gave you this code, they would get access to your account.</p></div>
<form method="post" action="${devicePath}">
<input type="hidden" name="xsrf" value="${xsrf}"><input type="hidden" name="user_code" value="${code}">
<div class="choices"><button type="submit" name="confirm" value="yes">Yes, continue</button><button type="submit" class="plain" name="abort" value="yes">No, refuse it</button></div>
</form>`;
  return layout({ title: 'Is this the code on your device?', body });
}

export const deviceConnectedPage = (): string =>
  messagePage({ title: 'Your device is connected', paragraphs: ['Go back to it: it goes on by itself in a few seconds. You can close this page.'] });

export const deviceRefusedPage = (): string =>
  messagePage({ title: 'Refused', paragraphs: ['The device gets no access. You can close this page.'] });

export const deviceStartAgainPage = (): string =>
  messagePage({
    title: 'This form cannot be used',
    paragraphs: ['It was not sent from the page it belongs to, was open for too long, or your browser refused its cookie.'],
    after: html`<p class="links"><a href="${devicePath}">Enter the code again</a></p>`,
  });

export const tooManyCodesPage = (): string =>
  messagePage({ title: 'Too many codes', paragraphs: ['Too many codes were entered from here. Try again in a few minutes.'] });
