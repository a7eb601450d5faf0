import { chromium, type Browser } from 'playwright-core';
import { findProgram } from './find-program.ts';

const quiet = ['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Launches the machine's Chromium. Close it in `afterAll`. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findProgram(['chromium', 'chromium-browser', 'google-chrome'], 'CHROMIUM_BIN');
  // Chromium's sandbox refuses root.
  const args = process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet;
  return chromium.launch({ executablePath, args });
}
