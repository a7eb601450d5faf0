import { iconPath, stylesheetPath } from './assets.ts';
import { html, type Html } from './html.ts';

export interface LayoutOptions {
  title: string;
  body: Html;
  /** For pages that hold more than a form. */
  wide?: boolean;
  /** Stands right of the brand, e.g. a sign-out button. */
  aside?: Html;
}

const brand = html`<span class="brand"><svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"><circle cx="8" cy="8" r="4.5"></circle><path d="M11.5 11.5 20 20m-3.4-3.4 2-2"></path></svg>Latchkey</span>`;

/** The frame of every page: it works without script and makes no request but for its own stylesheet and icon. */
export function layout({ title, body, wide = false, aside }: LayoutOptions): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · Latchkey</title>
<link rel="icon" type="image/svg+xml" href="${iconPath}">
<link rel="stylesheet" href="${stylesheetPath}">
</head>
<body${wide && html` class="wide"`}>
<header>${brand}${aside}</header>
<main>
${body}
</main>
</body>
</html>
`.text;
}

/** The first thing a screen reader says after a failed attempt, and where the keyboard starts. */
export function errorSummary(message: Html | string | null | undefined): Html | null {
  if (message === null || message === undefined) return null;
  return html`<div class="notice bad" role="alert" id="error" tabindex="-1" autofocus><p>${message}</p></div>`;
}
