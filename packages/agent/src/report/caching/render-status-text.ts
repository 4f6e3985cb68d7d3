import { escapeControls, formatBytes, formatCount, formatDuration, formatRatio } from '../../kernel/index.ts';
import { formatTime } from '../evidence.ts';
import { shorten, wrap } from '../fit-text.ts';
import { createPaint, type Paint, type TextOptions, usableWidth } from '../text/paint.ts';
import { layOutTable } from '../text/table.ts';
import { renderUnavailable } from '../text/unavailable.ts';
import type { CacheLoss, CacheNamespace, CacheStatusReport } from './types.ts';

/** Renders how the cache does for a terminal: the objective first, then Redis, the namespaces and what is lost where. */
export function renderCacheStatusText(report: CacheStatusReport, options: TextOptions): string {
  const paint = createPaint(options.color);
  const width = usableWidth(options);
  const { target, redis } = report;
  const about = `${redis.address} · version ${redis.version} · ${redis.role} · up ${formatDuration(redis.uptimeMs)} · ${formatTime(report.startedAt)}`;
  const sections: readonly (readonly string[])[] = [
    [
      paint.heading(shorten(escapeControls(`pgsteward cache status · ${target.name}`), width)),
      paint.dim(shorten(escapeControls(about), width)),
    ],
    renderObjective(report, paint, width),
    renderRedis(report, paint),
    renderNamespaces(report.namespaces, paint, width),
    renderLosses(report.losses, paint, width),
    renderUnavailable(report, options),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function renderObjective({ objective }: CacheStatusReport, paint: Paint, width: number): readonly string[] {
  const { actual, met, target, method } = objective;
  const level = `objective ${formatRatio(target)}`;
  const verdict =
    actual === null
      ? `  ${paint.warn('?')} hit ratio unknown, ${level}`
      : met === true
        ? `  ${paint.good('✔')} hit ratio ${formatRatio(actual)}, ${level}: met`
        : `  ${paint.bad('✘')} hit ratio ${formatRatio(actual)}, ${level}: missed`;
  return [verdict, ...wrap(method, width - 4).map((part) => `    ${paint.dim(part)}`)];
}

function renderRedis({ redis }: CacheStatusReport, paint: Paint): readonly string[] {
  const { usedBytes, maximumBytes } = redis;
  const memory =
    maximumBytes === null
      ? `${formatBytes(usedBytes)}, no maxmemory: it grows until the machine ends it`
      : `${formatBytes(usedBytes)} of ${formatBytes(maximumBytes)} (${formatRatio(usedBytes / maximumBytes)})`;
  const rows = [
    ['  memory', memory],
    ['  evicted for want of memory', `${formatCount(redis.evictedKeys)} keys`],
    ['  expired', `${formatCount(redis.expiredKeys)} keys`],
    ['  look-ups', `${formatCount(redis.hits)} found, ${formatCount(redis.misses)} not`],
    ['  clients', `${formatCount(redis.clients)}, ${formatCount(redis.rejectedConnections)} refused`],
    ['  replicas', formatCount(redis.replicas)],
  ];
  return [paint.heading('Redis, since its start'), ...layOutTable([{ head: '' }, { head: '' }], rows)];
}

function renderNamespaces(
  namespaces: readonly CacheNamespace[],
  paint: Paint,
  width: number,
): readonly string[] {
  if (namespaces.length === 0) return [];
  const columns = [
    { head: '  namespace' },
    { head: 'hits', align: 'right' },
    { head: 'in process', align: 'right' },
    { head: 'in Redis', align: 'right' },
    { head: 'missed', align: 'right' },
    { head: 'a load takes', align: 'right' },
  ] as const;
  const rows = namespaces.map((one) => [
    `  ${shorten(escapeControls(one.namespace), width / 3)}`,
    one.hitRatio === null ? '-' : formatRatio(one.hitRatio),
    formatCount(one.processHits),
    formatCount(one.sharedHits),
    formatCount(one.misses),
    one.loadMeanMs === null ? '-' : formatDuration(one.loadMeanMs),
  ]);
  return [paint.heading('Caches of the application'), ...layOutTable(columns, rows, paint.dim)];
}

function renderLosses(losses: readonly CacheLoss[], paint: Paint, width: number): readonly string[] {
  if (losses.length === 0) return [];
  return [
    paint.heading('Where the ratio is lost'),
    ...losses.flatMap(({ missesRatio, why, remedy }) => [
      ...wrap(escapeControls(`${formatRatio(missesRatio)} of the misses: ${why}`), width - 4).map(
        (part, index) => `  ${index === 0 ? '-' : ' '} ${part}`,
      ),
      ...wrap(escapeControls(remedy), width - 6).map(
        (part, index) => `    ${index === 0 ? paint.good('→') : ' '} ${part}`,
      ),
    ]),
  ];
}
