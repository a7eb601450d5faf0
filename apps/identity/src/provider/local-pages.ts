import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { errorPage } from '../pages/error-page.ts';
import { loggedOutPage, logoutPage } from '../pages/logout-page.ts';
import { pageHeaders } from '../pages/page-headers.ts';

type Failure = { error: string; error_description?: string };

function show(ctx: KoaContextWithOIDC, html: string): void {
  ctx.set(pageHeaders);
  ctx.type = 'html';
  ctx.body = html;
}

/** Errors of a bad client or redirect stay here, in plain words: nothing is sent to an address that is not proven (AS-93). */
export function renderError(ctx: KoaContextWithOIDC, out: Failure, error: Error): void {
  const details = { error: out.error, error_description: out.error_description };
  const { title, message, hint, more } = words(ctx, out, error);
  show(ctx, errorPage({ title, message, hint, details: { ...details, ...more } }));
}

interface Words {
  title: string;
  message: string;
  hint?: string;
  more?: Record<string, string>;
}

function words(ctx: KoaContextWithOIDC, out: Failure, error: Error): Words {
  if (error instanceof errors.InvalidRedirectUri) {
    const asked = ctx.oidc.params?.redirect_uri;
    const registered = ctx.oidc.client?.redirectUris ?? [];
    return {
      title: 'This application sent you here with an address that is not its own',
      message: 'The redirect address of the request is not one that the application has registered, so you are not sent there.',
      hint: 'Remove the connection in the application and add it again; if that does not help, its developer needs the details below.',
      more: { requested: typeof asked === 'string' ? asked : '(none)', registered: registered.join('  ') },
    };
  }
  if (error instanceof errors.InvalidClient) {
    return {
      title: 'This application is not known here',
      message: 'Its registration has expired or was removed, or it never had one.',
      hint: 'Remove the connection in the application and add it again: it then registers anew.',
    };
  }
  if (error instanceof errors.InvalidClientMetadata) {
    return { title: 'This application describes itself in a way that cannot be used', message: 'The document behind its client id is not sound, so nothing is allowed to it.' };
  }
  if (error instanceof errors.SessionNotFound) {
    return { title: 'This sign-in has expired', message: 'It took too long, was finished in another window, or this browser keeps no cookies.', hint: 'Start again from the application.' };
  }
  return { title: 'The request could not be completed', message: out.error_description ?? 'Something is wrong with the request.' };
}

/** The engine's own form, in HTML, is not used: the page asks with one of its own that carries the same secret. */
export function renderLogout(ctx: KoaContextWithOIDC): void {
  const { state } = ctx.oidc.session as unknown as { state: { secret: string } };
  show(ctx, logoutPage({ action: ctx.oidc.urlFor('end_session_confirm'), xsrf: state.secret }));
}

export function renderLoggedOut(ctx: KoaContextWithOIDC): void {
  show(ctx, loggedOutPage());
}
