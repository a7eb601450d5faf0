import { FormBrowser } from './form-browser.ts';

// Stands in for the browser that a command-line client opens: walks the sign-in pages and delivers the answer to the client's own listener.
const url = new URL(process.argv[2] ?? '');
const browser = new FormBrowser({ email: process.env['E2E_EMAIL'] ?? '', password: process.env['E2E_PASSWORD'] ?? '' });
await browser.authorize(url, url.searchParams.get('redirect_uri') ?? '');
