import { Badge, Button, createTheme, Menu, Modal, Table, Tooltip, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Blue and greys of the pages that identity renders: see apps/identity/src/pages/stylesheet.ts. Whoever goes from one to the other stays in one house. */
const brand: MantineColorsTuple = ['#eef4ff', '#dbe7ff', '#bdd2ff', '#9dbcff', '#86a9ff', '#5a86f5', '#2f63e6', '#1d4ed8', '#1a43b8', '#173a99'];

const dark: MantineColorsTuple = ['#eceef2', '#c6ccd8', '#a6adba', '#8b93a1', '#343a45', '#262b34', '#181b21', '#0f1115', '#0c0e12', '#08090c'];

export const theme = createTheme({
  primaryColor: 'brand',
  colors: { brand, dark },
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    Badge: Badge.extend({ defaultProps: { variant: 'light', tt: 'none', fw: 600, miw: 'max-content' } }),
    Button: Button.extend({ defaultProps: { fw: 600 } }),
    // By name, so that none of them is part of the first script; their lists scroll by themselves (console.css).
    ...Object.fromEntries(['Autocomplete', 'MultiSelect', 'Select', 'TagsInput'].map((name) => [name, { defaultProps: { withScrollArea: false } }])),
    // Its first item takes the focus; an empty element that takes it instead is none of the things that a menu may hold.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({ defaultProps: { centered: false, overlayProps: { backgroundOpacity: 0.5 }, closeButtonProps: { 'aria-label': 'Close' } } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'sm', highlightOnHover: true } }),
    Tooltip: Tooltip.extend({ defaultProps: { events: { hover: true, focus: true, touch: true } } }),
  },
});

/** Small text of the component library is too pale for many eyes: these have 4.5 : 1 and more on what they stand on (WCAG 1.4.3). */
export const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--ground': '#f3f4f6',
    '--card': '#ffffff',
    '--mantine-color-text': '#16181d',
    '--mantine-color-default-border': '#d5d9e0',
    '--mantine-color-dimmed': '#565d6b',
    '--mantine-color-error': '#a3161a',
    '--mantine-color-red-text': '#a3161a',
    '--mantine-color-red-filled': '#c92a2a',
    '--mantine-color-red-filled-hover': '#b02525',
    '--mantine-color-green-light-color': '#1d5e2d',
    '--mantine-color-yellow-light-color': '#6b4200',
    '--mantine-color-red-light-color': '#a3161a',
    '--mantine-color-gray-light-color': '#3b424d',
    '--mantine-color-placeholder': '#6a7280',
  },
  dark: {
    '--ground': '#0f1115',
    '--card': '#181b21',
    '--mantine-color-dimmed': '#a6adba',
    '--mantine-color-error': '#ff9d9d',
    '--mantine-color-red-text': '#ff9d9d',
    '--mantine-color-placeholder': '#9aa2b1',
  },
});
