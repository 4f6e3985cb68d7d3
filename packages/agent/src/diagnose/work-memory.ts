const MEGABYTE = 1024 ** 2;

/** What sorted rows take in memory against what they take in a file, roughly. */
const MEMORY_PER_FILE_BYTE = 2.5;

/** Estimates the work_mem in which a statement would not have written its temporary files. */
export function memoryForSpill(temporaryBytes: number): number {
  return temporaryBytes * MEMORY_PER_FILE_BYTE;
}

/** Writes a work_mem that holds so many bytes: the next power of two, in megabytes. */
export function workMemSetting(bytes: number): string {
  return `${2 ** Math.ceil(Math.log2(Math.max(1, bytes / MEGABYTE)))}MB`;
}
