const units = { m: [60, 'minute'], h: [3600, 'hour'], d: [86_400, 'day'] } as const;

/** `15m`, `8h`, `90d`, as seconds and in words. */
const choices = (...texts: `${number}${keyof typeof units}`[]) => texts.map((text) => {
  const count = Number.parseInt(text, 10);
  const [seconds, word] = units[text.at(-1) as keyof typeof units];
  return { value: String(count * seconds), label: `${count} ${word}${count === 1 ? '' : 's'}` };
});

export const lives = {
  sessionMaxAgeSeconds: choices('1h', '8h', '12h', '1d', '7d', '30d'),
  accessTokenTtlSeconds: choices('5m', '15m', '30m', '1h'),
  refreshTokenTtlSeconds: choices('1h', '1d', '7d', '30d', '90d'),
  keyMaxLifetimeSeconds: choices('1d', '7d', '30d', '90d', '180d', '365d'),
} as const;

export const signIns = [
  { value: 'password+federated', label: 'as they like' }, { value: 'federated', label: 'with the provider of the organization only' }, { value: 'password', label: 'with a password only' },
];
