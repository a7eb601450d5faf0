/** A name that is a script, a picture that loads badly and a link, wherever it is not only a name. It has a mark by which it is found if it became an element. */
export const evil = (field: string): string => `${field}"><img src=x onerror=alert(1) data-evil><script>alert(2)</script>`;

/** How much of it any screen shows. */
export const evilStart = (field: string): string => `${field}"><img src=x`;

/** Everything by which somebody names a thing, and where it is asked for. What is not one of these is a number, a date or one of a few words. */
export const fields = [
  'org', 'project', 'folder', 'server', 'upstream', 'tool', 'connection', 'key', 'member', 'client', 'dynamic', 'sender', 'receiver', 'provider', 'confidential', 'subject',
] as const;
export type Field = (typeof fields)[number];
