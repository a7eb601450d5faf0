import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core';
import type { Plugin } from 'vite';
import { readable, theme } from '../src/theme.ts';

const name = 'virtual:theme-variables.css';
const kinds = ['variables', 'light', 'dark'] as const;

/**
 * The theme as a stylesheet. The component library would work it out in the browser, each time that the console is opened and before anything is drawn;
 * what is as its own stylesheet has it anyway is left out, as it does itself.
 */
export function themeVariables(): Plugin {
  return {
    name: 'theme-variables',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const merged = mergeMantineTheme(DEFAULT_THEME, theme);
      const [standard, derived, ours] = [defaultCssVariablesResolver(DEFAULT_THEME), defaultCssVariablesResolver(merged), readable(merged)];
      const changed = kinds.map((kind) => [kind, Object.fromEntries(Object.entries({ ...derived[kind], ...ours[kind] }).filter(([variable, value]) => standard[kind][variable as `--${string}`] !== value))]);
      return convertCssVariables(Object.fromEntries(changed) as ReturnType<typeof readable>);
    },
  };
}
