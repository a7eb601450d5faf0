/** Forms that elicitation shows to a user: the restricted JSON Schema of the protocol. */
const choice = (...values: string[]) => ({ type: 'string' as const, enum: values });
const titled = (...titles: string[]) => titles.map((title, index) => ({ const: `value${index + 1}`, title }));

export const nameSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } }, required: ['name'] };
export const colorSchema = { type: 'object' as const, properties: { color: { type: 'string' as const } }, required: ['color'] };
export const okSchema = { type: 'object' as const, properties: { ok: { type: 'boolean' as const } }, required: ['ok'] };
export const contextSchema = { type: 'object' as const, properties: { context: { type: 'string' as const } }, required: ['context'] };

export const contactSchema = {
  type: 'object' as const,
  properties: {
    username: { type: 'string' as const, description: "User's response" },
    email: { type: 'string' as const, description: "User's email address" },
  },
  required: ['username', 'email'],
};

/** A default for every primitive type (SEP-1034). */
export const defaultsSchema = {
  type: 'object' as const,
  properties: {
    name: { type: 'string' as const, default: 'John Doe' },
    age: { type: 'integer' as const, default: 30 },
    score: { type: 'number' as const, default: 95.5 },
    status: { ...choice('active', 'inactive', 'pending'), default: 'active' },
    verified: { type: 'boolean' as const, default: true },
  },
};

/** The five ways to write a choice (SEP-1330). */
export const enumsSchema = {
  type: 'object' as const,
  properties: {
    untitledSingle: choice('option1', 'option2', 'option3'),
    titledSingle: { type: 'string' as const, oneOf: titled('First Option', 'Second Option', 'Third Option') },
    legacyEnum: { ...choice('opt1', 'opt2', 'opt3'), enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array' as const, items: choice('option1', 'option2', 'option3') },
    titledMulti: { type: 'array' as const, items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') } },
  },
};
