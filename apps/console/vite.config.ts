import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { completeStyles } from './build/complete-styles.ts';
import { compressFiles } from './build/compress-files.ts';
import { themeVariables } from './build/theme-variables.ts';

const componentStyles = fileURLToPath(new URL('styles', import.meta.resolve('@mantine/core/styles.css')));

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react(), themeVariables(), completeStyles(componentStyles), compressFiles()],
  // The sources of the workspace: nothing has to be compiled first.
  resolve: { conditions: ['@latchkey/source', 'module', 'browser', 'production'] },
  // Identity puts the nonce of each answer in its place (apps/identity/src/console/web/console-files.ts).
  html: { cspNonce: '__LATCHKEY_NONCE__' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // What is small would become a data: URL in a script or style, which the console's content security policy does not all allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: 'es2023',
  },
});
