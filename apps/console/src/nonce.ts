import { setNonce } from 'get-nonce';

/** Of the answer that this page came with: style elements that carry it are let through. Browsers keep it from attributes, so it is read from the property. */
export const styleNonce: string = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// The scroll lock below dialogs.
setNonce(styleNonce);
