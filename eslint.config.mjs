import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Who may import whom. A project without tags may import nothing, which is what we want of one that forgot them. */
const from = (sourceTag, onlyDependOnLibsWithTags, more = {}) => ({ sourceTag, onlyDependOnLibsWithTags, ...more });
const pure = ['@nestjs/*', 'typeorm', 'pg', 'ioredis', '@nats-io/*', 'undici', 'fastify', 'oidc-provider'];

const layers = [
  from('type:contract', ['type:contract'], { allowedExternalImports: ['zod'] }),
  from('type:domain', ['type:contract', 'type:domain'], { bannedExternalImports: pure }),
  from('type:client', ['type:contract'], { bannedExternalImports: pure }),
  from('type:cli', ['type:contract', 'type:client'], { bannedExternalImports: pure }),
  from('type:adapter', ['type:contract', 'type:domain', 'type:adapter']),
  from('type:bootstrap', ['type:contract', 'type:domain', 'type:adapter']),
  // Knows the schemas of the API as types, and nothing of what runs on servers.
  from('type:console', ['type:contract'], { bannedExternalImports: pure }),
  from('type:launcher', []),
  from('type:app', ['type:contract', 'type:domain', 'type:adapter', 'type:bootstrap']),
  from('type:composition', ['type:contract', 'type:domain', 'type:adapter', 'type:bootstrap', 'type:launcher', 'type:app']),
  // Measures what it likes, but builds nothing that others could use.
  from('type:bench', ['type:contract', 'type:domain', 'type:adapter', 'type:bootstrap', 'type:launcher', 'type:testing', 'type:app']),
  from('type:testing', ['type:contract', 'type:launcher']),
  from('type:e2e', ['type:contract', 'type:testing'], { bannedExternalImports: ['typeorm', 'ioredis', '@nestjs/*'] }),
];
const platforms = [
  from('platform:any', ['platform:any']),
  from('platform:node', ['platform:node', 'platform:any']),
  from('platform:browser', ['platform:browser', 'platform:any']),
];
const constraints = [...layers, ...platforms];
const inSpecs = [
  ...layers.map((layer) => ({
    ...layer,
    onlyDependOnLibsWithTags: [...layer.onlyDependOnLibsWithTags, 'type:testing', 'type:client'],
    allowedExternalImports: undefined,
  })),
];
const boundaries = (depConstraints) => ({ '@nx/enforce-module-boundaries': ['error', { depConstraints }] });
const testingEntries = { group: ['@latchkey/*/testing', '**/testing/*'], message: 'Testing entries are for specs.' };
const engineInternals = { group: ['oidc-provider/*'], message: 'What is inside the engine comes through provider/engine-internals.ts (AS-84).' };
const productionOnly = { patterns: [testingEntries, engineInternals] };

export default [
  { ignores: ['**/dist', '**/coverage', '.nx', '.latchkey', '**/.artifacts'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
    plugins: { '@nx': nx, '@typescript-eslint': tseslint.plugin },
    rules: {
      ...boundaries(constraints),
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [engineInternals] }],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Fetch only in the one guarded fetcher, or in tests.' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.spec.ts', '**/test/**', '**/testing/**', 'apps/e2e/**', 'libs/testing/**'],
    rules: { 'no-restricted-imports': ['error', productionOnly] },
  },
  {
    // Who holds what: the gateway has no table to read, and no library that could read one.
    files: ['apps/gateway/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { ...productionOnly, paths: ['typeorm', 'pg', '@latchkey/postgres', '@latchkey/feed-writer'] },
      ],
    },
  },
  {
    // `close` comes once by itself. What `once` makes beside the listener V8 learns to allocate among the old objects, and there it holds a whole request.
    files: ['apps/{gateway,identity,keys}/src/**/*.ts', 'libs/service/src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'CallExpression[callee.property.name="once"][arguments.0.value="close"]', message: "Say on('close'): it comes once by itself, and once() keeps the request." }],
    },
  },
  {
    files: ['**/*.spec.ts', '**/test/**/*.ts', 'apps/e2e/**/*.ts', 'libs/testing/**/*.ts', '**/src/testing/**/*.ts'],
    rules: {
      ...boundaries(inSpecs),
      'no-restricted-globals': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // The one file that may, and so the one to read again when the engine is updated.
    files: ['apps/identity/src/provider/engine-internals.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [testingEntries] }] },
  },
  // In a browser there is no other, and it reaches no address but where the page came from (connect-src 'self').
  { files: ['apps/console/src/api/request.ts'], rules: { 'no-restricted-globals': 'off' } },
  // It prints its figures.
  { files: ['apps/bench/**/*.ts'], rules: { 'no-console': 'off' } },
];
