import type { ViewEvent } from '../../../agent/src/app/views/types.ts';
import { colorOf } from '../charts/events.ts';
import { formatTime } from '../format.ts';

/** Lists what happened in the time that is shown: the same as the markers on its charts. */
export function Events({
  events,
  title = 'What changed',
}: {
  readonly events: readonly ViewEvent[];
  readonly title?: string;
}) {
  if (events.length === 0) return null;
  return (
    <section class="events">
      <h2>{title}</h2>
      <ul>
        {events
          .toReversed()
          .slice(0, 30)
          .map((event) => (
            <li key={`${event.atMs}${event.subject}${event.text}`}>
              <i class={`swatch ${colorOf(event.kind).slice(2)}`} />
              <time>{formatTime(event.atMs)}</time> <b>{event.kind}</b> {event.text}
            </li>
          ))}
      </ul>
    </section>
  );
}
