import type { Browser } from 'playwright-core';
import { findProgram } from './find-program.ts';

const quiet = ['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Launches the machine's Chromium. Close it in `afterAll`. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findProgram(['chromium', 'chromium-browser', 'google-chrome'], 'CHROMIUM_BIN');
  // Chromium's sandbox refuses root.
  const args = process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet;
  // Loaded only by who asks: it takes a second, and every spec file loads what it imports anew.
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, args });
}
