const threshold = 5;
const firstPauseSeconds = 30;
const longestPauseSeconds = 3600;

/** Whether so many failures in a row keep an endpoint from being tried, but for one delivery now and then. */
export const isOpen = (failures: number): boolean => failures >= threshold;

/** How long an endpoint is left alone after its `failures`th failure in a row; 0 while it is still tried. */
export function pauseSeconds(failures: number): number {
  return isOpen(failures) ? Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** Math.min(failures - threshold, 16)) : 0;
}
