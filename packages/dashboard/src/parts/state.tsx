import type { ComponentChildren } from 'preact';
import type { Loaded } from '../api/client.ts';

/** Shows what was loaded, that it is being loaded, or why it could not be. */
export function State<T>({
  loaded,
  children,
}: {
  readonly loaded: Loaded<T>;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, error, isLoading } = loaded;
  return (
    <div aria-busy={isLoading}>
      {error === null ? null : (
        <p class="trouble" role="alert">
          {error}
        </p>
      )}
      {data === null ? isLoading ? <p class="muted">loading …</p> : null : children(data)}
    </div>
  );
}
