import { useEffect } from 'react';

/** Fields that say so themselves, and what is wrong with a group of them. */
const wrong = '[aria-invalid="true"], .mantine-InputWrapper-error';
const focusable = 'input:not([type="hidden"], :disabled), textarea:not(:disabled), button:not(:disabled)';

function firstWrong(root: HTMLElement): HTMLElement | undefined {
  const fields = [...root.querySelectorAll<HTMLElement>(wrong)].map((found) => (found.matches(focusable) ? found : (found.closest('.mantine-InputWrapper-root') ?? found).querySelector<HTMLElement>(focusable)));
  return fields.find((field) => field?.checkVisibility() === true) ?? undefined;
}

/** Leads to the first wrong field of a form that was sent, be it found out here or by the API: it may be anywhere, and out of sight. */
export function useFirstWrongField(element: HTMLElement | null): void {
  useEffect(() => {
    if (element === null) return undefined;
    let sent = false;
    const look = () => {
      const field = sent ? firstWrong(element) : undefined;
      if (field === undefined) return;
      sent = false;
      field.focus();
    };
    const send = () => {
      sent = true;
      // What was wrong already, and still is, changes nothing in the page.
      requestAnimationFrame(look);
    };
    // Whoever goes on typing is not led away from there.
    const type = () => {
      sent = false;
    };
    const observer = new MutationObserver(look);
    observer.observe(element, { subtree: true, childList: true, attributeFilter: ['aria-invalid'] });
    element.addEventListener('submit', send, true);
    element.addEventListener('input', type);
    return () => {
      observer.disconnect();
      element.removeEventListener('submit', send, true);
      element.removeEventListener('input', type);
    };
  }, [element]);
}
