/** The stream that sequences belong to, of an epoch as writers name it: `<stream>#<generation>`. */
export function streamOf(epoch: string): string {
  return epoch.slice(0, epoch.lastIndexOf('#'));
}
