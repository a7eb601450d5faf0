import type { SelectProps } from '@mantine/core';
import { useEffect, useReducer, useState } from 'react';

/**
 * For a field of the first screen: its list is made when it is opened, and not laid out and measured beforehand. The component library tells who cannot see it
 * that the list is open, and which it is, only once the field is drawn with the list there (`aria-expanded`, `aria-controls`): so it is drawn once more.
 */
export function useListWhenOpened(): Pick<SelectProps, 'comboboxProps' | 'onDropdownOpen' | 'onDropdownClose'> {
  const [opened, setOpened] = useState(false);
  const [, drawAgain] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    if (!opened) return undefined;
    const frame = requestAnimationFrame(drawAgain);
    return () => cancelAnimationFrame(frame);
  }, [opened]);
  return { comboboxProps: { keepMounted: false }, onDropdownOpen: () => setOpened(true), onDropdownClose: () => setOpened(false) };
}
