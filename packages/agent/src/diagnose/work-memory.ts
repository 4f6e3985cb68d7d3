const MEGABYTE = 1024 ** 2;

/** Writes a work_mem that holds so many bytes: the next power of two, in megabytes. */
export function workMemSetting(bytes: number): string {
  return `${2 ** Math.ceil(Math.log2(Math.max(1, bytes / MEGABYTE)))}MB`;
}
