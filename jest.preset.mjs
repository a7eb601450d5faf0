import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What every project's jest.config.mjs extends: ES modules, TypeScript by swc, sources instead of builds across the workspace. */
export const preset = {
  testEnvironment: here('scripts/setup/test-environment.mjs'),
  // Machines are shared and slow at times; no test measures time by this, it only ends what hangs.
  testTimeout: 30_000,
  setupFiles: [here('jest.setup.mjs')],
  testMatch: ['<rootDir>/{src,test}/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2023',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  testEnvironmentOptions: { customExportConditions: ['@latchkey/source', 'node', 'node-addons'] },
};
