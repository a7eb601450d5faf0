export interface Field {
  name: string;
  type: string;
  value: string;
  checked: boolean;
  id: string;
  label: string;
}

export interface Button {
  label: string;
  name: string;
  value: string;
  action: string | undefined;
}

export interface Form {
  action: string;
  method: string;
  fields: Field[];
  buttons: Button[];
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const decode = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (all, hex: string, decimal: string, name: string) =>
    hex ? String.fromCodePoint(parseInt(hex, 16)) : decimal ? String.fromCodePoint(Number(decimal)) : (entities[name] ?? all),
  );
const tidy = (text: string) => decode(text).replace(/\s+/g, ' ').trim();

function attributes(text: string): Record<string, string> {
  const found = text.matchAll(/([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g);
  return Object.fromEntries([...found].map(([, name = '', double, single, bare]) => [name.toLowerCase(), decode(double ?? single ?? bare ?? '')]));
}

/** The words of a page, for the message when it is not the page that was expected. */
export const textOfPage = (html: string) => tidy(html.replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]+>/g, ' '));

/** Reads the forms of a page as a browser without JavaScript would submit them. Enough HTML for our own pages, and no more. */
export function readForms(html: string): Form[] {
  const forms: Form[] = [];
  const labels = new Map<string, string>();
  let form: Form | undefined;
  let label: { for: string | undefined; text: string; fields: Field[] } | undefined;
  let button: Button | undefined;
  let select: Field | undefined;

  const addField = (at: Record<string, string>, type: string): Field => {
    const field: Field = {
      name: at['name'] ?? '', type, value: at['value'] ?? (type === 'checkbox' || type === 'radio' ? 'on' : ''),
      checked: 'checked' in at, id: at['id'] ?? '', label: at['aria-label'] ?? '',
    };
    form?.fields.push(field);
    label?.fields.push(field);
    return field;
  };

  for (const [, closing, rawTag = '', rest = '', text] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|'[^']*'|[^'">])*)>|([^<]+)/gi)) {
    if (text !== undefined) {
      if (label !== undefined) label.text += text;
      if (button !== undefined) button.label += text;
      continue;
    }
    const tag = rawTag.toLowerCase();
    const at = attributes(rest);
    if (closing === '/') {
      if (tag === 'form') form = undefined;
      if (tag === 'select') select = undefined;
      if (tag === 'button' && button !== undefined) {
        button.label = tidy(button.label);
        button = undefined;
      }
      if (tag === 'label' && label !== undefined) {
        if (label.for !== undefined) labels.set(label.for, tidy(label.text));
        for (const field of label.fields) field.label ||= tidy(label.text);
        label = undefined;
      }
    } else if (tag === 'form') {
      form = { action: at['action'] ?? '', method: (at['method'] ?? 'get').toUpperCase(), fields: [], buttons: [] };
      forms.push(form);
    } else if (tag === 'label') label = { for: at['for'], text: '', fields: [] };
    else if (tag === 'input') {
      const type = (at['type'] ?? 'text').toLowerCase();
      if (type === 'submit') form?.buttons.push({ label: at['value'] ?? '', name: at['name'] ?? '', value: at['value'] ?? '', action: at['formaction'] });
      else addField(at, type);
    } else if (tag === 'button') {
      button = { label: '', name: at['name'] ?? '', value: at['value'] ?? '', action: at['formaction'] };
      if ((at['type'] ?? 'submit') === 'submit') form?.buttons.push(button);
    } else if (tag === 'select') select = addField(at, 'select');
    else if (tag === 'option' && select !== undefined && (select.value === '' || 'selected' in at)) select.value = at['value'] ?? '';
  }
  for (const { fields } of forms) for (const field of fields) field.label ||= labels.get(field.id) ?? '';
  return forms;
}

/** What pressing a button sends: filled fields by label, everything else as the page had it. */
export function fillForm(form: Form, button: Button, byLabel: Record<string, string>): URLSearchParams {
  const body = new URLSearchParams();
  for (const field of form.fields) {
    if (field.name === '' || ((field.type === 'checkbox' || field.type === 'radio') && !field.checked)) continue;
    body.append(field.name, byLabel[field.label] ?? field.value);
  }
  if (button.name !== '') body.append(button.name, button.value);
  return body;
}
