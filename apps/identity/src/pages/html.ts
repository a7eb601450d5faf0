/** Markup that is safe to send: made by `html` only. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Insertable = Html | string | number | null | undefined | false | readonly Insertable[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Text as HTML shows it, between tags and between the quotes of an attribute. */
const escape = (text: string): string => text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '');

function insert(value: Insertable): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return value.map(insert).join('');
}

/**
 * A template whose every insertion is escaped, unless it comes from another such template. Attribute values must stand in quotes.
 * Nothing is left out for `true`: write `${condition && html`...`}`.
 */
export function html(parts: TemplateStringsArray, ...values: Insertable[]): Html {
  return new Html(parts.reduce((text, part, index) => text + insert(values[index - 1]) + part));
}
