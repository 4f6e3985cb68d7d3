import type { ComponentChildren } from 'preact';
import { go } from '../route.ts';

/** A link inside the dashboard: a plain one for new tabs, without a reload otherwise. */
export function Link(properties: {
  readonly to: string;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}) {
  const { to, isCurrent, children } = properties;
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a
      href={to}
      class={properties.class}
      aria-current={isCurrent === true ? 'page' : undefined}
      onClick={follow}
    >
      {children}
    </a>
  );
}
