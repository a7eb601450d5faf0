/** Names and values in turn. Hot path: an object with names that come from outside costs more to make and to read than a list of a dozen. */
export type HeaderList = string[];

function placeOf(list: HeaderList, name: string): number {
  for (let at = 0; at < list.length; at += 2) if (list[at] === name) return at;
  return -1;
}

export const headerIn = (list: HeaderList, name: string): string | undefined => {
  const at = placeOf(list, name);
  return at === -1 ? undefined : list[at + 1];
};

/** In the place of what has that name already. */
export function setHeader(list: HeaderList, name: string, value: string): void {
  const at = placeOf(list, name);
  if (at === -1) list.push(name, value);
  else list[at + 1] = value;
}

export function dropHeader(list: HeaderList, name: string): void {
  const at = placeOf(list, name);
  if (at !== -1) list.splice(at, 2);
}
