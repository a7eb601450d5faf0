import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState, type MouseEvent } from 'react';
import { useFirstWrongField } from './first-wrong-field.ts';

/** What the reader was at when a dialog opened; a menu is gone by then, so it is the button of the menu. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest('[role="menu"]');
  const button = menu === null || menu === undefined ? null : document.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(menu.id)}"]`);
  return button ?? (active instanceof HTMLElement ? active : null);
}

/** Whether a click has chosen something, or taken something away: what is typed or ticked tells of itself. */
const isChoice = ({ target }: MouseEvent): boolean => target instanceof Element && target.closest('[role="option"], .mantine-Pill-remove') !== null;

/** A dialog that is there as long as it is rendered. Afterwards the reader is back where they were. */
export function Dialog({ closeOnClickOutside, ...props }: Omit<ModalProps, 'opened'>) {
  const [from] = useState(opener);
  const [changed, setChanged] = useState(false);
  // It is put into the page after its own first drawing.
  const [root, setRoot] = useState<HTMLDivElement | null>(null);
  useFirstWrongField(root);
  useEffect(() => () => {
    // The library's own focus trap lets go first.
    requestAnimationFrame(() => (from?.isConnected === true ? from : document.getElementById('main'))?.focus());
  }, [from]);
  const change = () => setChanged(true);
  // A click beside it is easily made by accident, and would throw away what was entered.
  return <Modal ref={setRoot} opened returnFocus={false} closeOnClickOutside={closeOnClickOutside ?? !changed} onInput={change} onChange={change} onClick={(event) => { if (isChoice(event)) change(); }} {...props} />;
}
