import { isObject } from '../message/message.ts';

export interface InputIssue { path: string; message: string }

/** A schema and a document of somebody else's must not hold up everybody: past this many steps the server itself is the judge. */
const maxSteps = 20_000;
/** References can lead round in circles. */
const maxDepth = 200;
const maxIssues = 20;

class TooMuch extends Error {}

interface Check {
  root: unknown;
  steps: number;
  depth: number;
  issues: InputIssue[];
}

/**
 * Holds arguments against the input schema of a tool, as far as JSON Schema 2020-12 can be checked in bounded time: types, values, members,
 * items, lengths, ranges and combinations. Patterns and formats are left to the server: a pattern can take for ever. What is not
 * understood, and what takes too long, passes; the server sees the same arguments and has the last word.
 * @returns what is wrong, by JSON pointer
 */
export function checkInput(schema: unknown, value: unknown): InputIssue[] {
  const check: Check = { root: schema, steps: 0, depth: 0, issues: [] };
  try {
    examine(check, schema, value, '');
  } catch (error) {
    if (error instanceof TooMuch) return [];
    throw error;
  }
  return check.issues;
}

const pointer = (path: string, name: string | number): string => `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

function examine(check: Check, schema: unknown, value: unknown, path: string): void {
  check.steps += 1;
  check.depth += 1;
  if (check.steps > maxSteps || check.depth > maxDepth) throw new TooMuch();
  examineHere(check, schema, value, path);
  check.depth -= 1;
}

function examineHere(check: Check, schema: unknown, value: unknown, path: string): void {
  const report = (message: string): void => void (check.issues.length < maxIssues && check.issues.push({ path: path === '' ? '/' : path, message }));
  if (schema === false) return report('nothing is allowed here');
  if (!isObject(schema)) return;
  const target = typeof schema['$ref'] === 'string' ? resolve(check, schema['$ref']) : undefined;
  if (target !== undefined) examine(check, target, value, path);
  if (schema['type'] !== undefined && ![schema['type']].flat().some((type) => isOfType(value, type))) return report(`must be ${[schema['type']].flat().join(' or ')}`);
  if (Array.isArray(schema['enum']) && !schema['enum'].some((one) => same(check, one, value))) report('is not one of the values allowed');
  if (Object.hasOwn(schema, 'const') && !same(check, schema['const'], value)) report('is not the value allowed');
  if (typeof value === 'number') checkRange(schema, value, report);
  if (typeof value === 'string') checkSize(schema, [...value].length, 'Length', 'characters', report);
  if (Array.isArray(value)) {
    checkSize(schema, value.length, 'Items', 'items', report);
    checkItems(check, schema, value, path);
  }
  if (isObject(value)) {
    checkSize(schema, Object.keys(value).length, 'Properties', 'members', report);
    checkMembers(check, schema, value, path, report);
  }
  checkCombinations(check, schema, value, path, report);
}

/** References within the schema only; anything else is fetched by nobody. */
function resolve({ root }: Check, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const token of reference.slice(2).split('/')) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null': return value === null;
    case 'array': return Array.isArray(value);
    case 'object': return isObject(value);
    case 'integer': return typeof value === 'number' && Number.isInteger(value);
    case 'string': case 'number': case 'boolean': return typeof value === type;
    default: return true;
  }
}

function same(check: Check, one: unknown, other: unknown): boolean {
  check.steps += 1;
  if (check.steps > maxSteps) throw new TooMuch();
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((item, at) => same(check, item, other[at]));
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same(check, one[name], other[name]));
}

type Report = (message: string) => void;

function checkRange(schema: Record<string, unknown>, value: number, report: Report): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (typeof minimum === 'number' && value < minimum) report(`must be ${minimum} at least`);
  if (typeof maximum === 'number' && value > maximum) report(`must be ${maximum} at most`);
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) report(`must be more than ${exclusiveMinimum}`);
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) report(`must be less than ${exclusiveMaximum}`);
}

function checkSize(schema: Record<string, unknown>, size: number, what: 'Length' | 'Items' | 'Properties', unit: string, report: Report): void {
  const [least, most] = [schema[`min${what}`], schema[`max${what}`]];
  if (typeof least === 'number' && size < least) report(`must have ${least} ${unit} at least`);
  if (typeof most === 'number' && size > most) report(`must have ${most} ${unit} at most`);
}

function checkItems(check: Check, schema: Record<string, unknown>, items: readonly unknown[], path: string): void {
  const first: unknown[] = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  items.forEach((item, at) => {
    const rule = at < first.length ? first[at] : schema['items'];
    if (rule !== undefined) examine(check, rule, item, pointer(path, at));
  });
}

function checkMembers(check: Check, schema: Record<string, unknown>, value: Record<string, unknown>, path: string, report: Report): void {
  const { required, properties, patternProperties, additionalProperties } = schema;
  for (const name of Array.isArray(required) ? required : []) if (typeof name === 'string' && !Object.hasOwn(value, name)) report(`lacks ${JSON.stringify(name.slice(0, 100))}`);
  const named = isObject(properties) ? properties : {};
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(named, name)) examine(check, named[name], member, pointer(path, name));
    // A name may match one of the patterns, which are not looked at.
    else if (patternProperties === undefined && additionalProperties === false) report(`has no member ${JSON.stringify(name.slice(0, 100))}`);
    else if (patternProperties === undefined && additionalProperties !== undefined) examine(check, additionalProperties, member, pointer(path, name));
  }
}

function checkCombinations(check: Check, schema: Record<string, unknown>, value: unknown, path: string, report: Report): void {
  const passes = (rule: unknown): boolean => {
    const inner: Check = { root: check.root, steps: check.steps, depth: check.depth, issues: [] };
    examine(inner, rule, value, path);
    check.steps = inner.steps;
    return inner.issues.length === 0;
  };
  const { allOf, anyOf, oneOf } = schema;
  if (Array.isArray(allOf)) for (const rule of allOf) examine(check, rule, value, path);
  if (Array.isArray(anyOf) && !anyOf.some(passes)) report('fits none of the forms allowed');
  if (Array.isArray(oneOf) && oneOf.filter(passes).length === 0) report('fits none of the forms allowed');
}
