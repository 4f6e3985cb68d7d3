import { format } from '../format.ts';

/** A share as a number with a bar. @param of what it is a share of, for those who do not see the table around it */
export function Share({ value, of }: { readonly value: number; readonly of: string }) {
  const text = format(value, 'ratio');
  return (
    <>
      {text} <meter value={Math.min(1, value)} aria-label={`${text}: ${of}`} />
    </>
  );
}
