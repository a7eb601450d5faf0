import { templatePlaceholder } from '@latchkey/contracts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Nothing: what a pointer names is not there. */
const absent = Symbol('absent');

const placeholder = new RegExp(templatePlaceholder, 'g');
const whole = new RegExp(`^${templatePlaceholder}$`);

/** RFC 6901. Own members only: `constructor` of what was sent is whatever was sent under that name. */
function at(document: Json, pointer: string): Json | typeof absent {
  let value: Json = document;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return absent;
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(name)) return absent;
    value = (value as Record<string, Json>)[name] ?? null;
  }
  return value;
}

const textOf = (value: Json | typeof absent): string => (value === absent || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));

function fillText(text: string, document: Json): Json | typeof absent {
  const only = whole.exec(text);
  if (only !== null) return at(document, only[1] ?? '');
  return text.replaceAll(placeholder, (_match, pointer: string) => textOf(at(document, pointer)));
}

function fill(template: Json, document: Json): Json | typeof absent {
  if (typeof template === 'string') return fillText(template, document);
  if (Array.isArray(template)) return template.map((item) => fill(item, document)).filter((item) => item !== absent);
  if (typeof template !== 'object' || template === null) return template;
  const filled = Object.entries(template).map(([name, value]) => [name, fill(value, document)] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== absent)) as Json;
}

/**
 * Arguments of a tool call from what was sent. A text that is one `{{/pointer}}` becomes what is there, of whatever type; within a longer
 * text it becomes text. `{{}}` is all of it. What is not there is left out. Nothing is evaluated, and what was sent is never a template.
 */
export function fillTemplate(template: Record<string, unknown>, document: unknown): Record<string, unknown> {
  return fill(template as Json, document as Json) as Record<string, unknown>;
}
