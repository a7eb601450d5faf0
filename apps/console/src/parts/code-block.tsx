import { Box, Code } from '@mantine/core';
import { Copy } from './copy-button.tsx';

/** Lines to paste somewhere. */
export const CodeBlock = ({ children, label = 'Copy' }: { children: string; label?: string }) => (
  <Box pos="relative">
    <Code block className="block" tabIndex={0}>{children}</Code>
    <Box pos="absolute" top={6} right={6}><Copy compact value={children} label={label} /></Box>
  </Box>
);
