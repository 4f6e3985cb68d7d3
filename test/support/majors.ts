/** Every major version that pgsteward supports, oldest first. */
const SUPPORTED_MAJORS: readonly number[] = [14, 15, 16, 17, 18];

/** The majors that this run asks for: all, or those in PGSTEWARD_TEST_MAJORS (`18` or `14,18`). */
export function requestedMajors(): readonly number[] {
  const { PGSTEWARD_TEST_MAJORS: wanted } = process.env;
  if (wanted === undefined || wanted === '') return SUPPORTED_MAJORS;
  const majors = wanted.split(',').map(Number);
  return SUPPORTED_MAJORS.filter((major) => majors.includes(major));
}

/** Whether this platform's npm packages hold every major version; elsewhere only 18 is tested. */
export function hasAllMajors(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}
