/** Its answers are the last words of a page: scripts run before. */
const pageEnded = () => new Promise<void>((resolve) => {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => resolve(), { once: true });
  else resolve();
});

/** @returns what the page brought along (answer-first.ts of identity), once: whoever asks again asks the API; undefined where it has nothing */
export async function takeBrought<T>(path: string): Promise<T | undefined> {
  await pageEnded();
  const element = [...document.querySelectorAll<HTMLTemplateElement>('template[data-answer]')].find(({ dataset }) => dataset.answer === path);
  if (element === undefined) return undefined;
  element.remove();
  return JSON.parse(element.content.textContent) as T;
}
