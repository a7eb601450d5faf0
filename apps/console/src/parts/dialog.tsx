import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

/** What the reader was at when a dialog opened; a menu is gone by then, so it is the button of the menu. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest('[role="menu"]');
  const button = menu === null || menu === undefined ? null : document.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(menu.id)}"]`);
  return button ?? (active instanceof HTMLElement ? active : null);
}

/** A dialog that is there as long as it is rendered. Afterwards the reader is back where they were. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  const [from] = useState(opener);
  useEffect(() => () => {
    // The library's own focus trap lets go first.
    requestAnimationFrame(() => (from?.isConnected === true ? from : document.getElementById('main'))?.focus());
  }, [from]);
  return <Modal opened returnFocus={false} {...props} />;
}
