import type { Command } from 'commander';
import { APP_ERRORS, runAudit } from '../../../app/index.ts';
import { type ExitCode, failure, systemClock } from '../../../kernel/index.ts';
import {
  type Audit,
  type RenderTextOptions,
  renderHtml,
  renderJson,
  renderMarkdown,
  renderText,
} from '../../../report/index.ts';
import { type CommandContext, type CommonFlags, configure, targetOf } from '../context.ts';
import { type Output, writeOutputFile } from '../output.ts';
import { createProgressBar } from '../progress.ts';

/** Forms of the report. */
export const FORMATS = ['text', 'json', 'markdown', 'html'] as const;

type Format = (typeof FORMATS)[number];

/** Severities that `--fail-on` takes, worst first. */
const SEVERITIES = ['critical', 'warning', 'info'] as const;

interface AuditFlags extends CommonFlags {
  readonly target?: string;
  readonly format?: Format;
  readonly output?: string;
  readonly failOn?: (typeof SEVERITIES)[number];
  readonly verbose?: boolean;
}

/** Describes `pgsteward audit`. */
export function describeAudit(command: Command): Command {
  return command
    .summary('find what holds a database back')
    .description(
      'Reads statistics and catalogues, judges them, and proposes remedies. Changes nothing on the target.',
    )
    .argument('[url]', 'connection URL; without it --target, DATABASE_URL or the PG* variables')
    .option('--target <name>', 'a [target.NAME] of the configuration file')
    .option('--format <format>', `form of the report: ${FORMATS.join(', ')}`, 'text')
    .option('--output <file>', 'write the report to a file instead of stdout')
    .option(
      '--fail-on <severity>',
      'exit with 4 when a finding is at least this severe: critical, warning, info',
    )
    .option('--verbose', 'show every finding of severity info, column statistics and sizes');
}

/** Runs `pgsteward audit`. */
export async function runAuditCommand(
  context: CommandContext,
  url: string | undefined,
  flags: AuditFlags,
): Promise<ExitCode> {
  const format = flags.json === true ? 'json' : (flags.format ?? 'text');
  requireOneOf({ command: 'audit', option: '--format' }, format, FORMATS);
  if (flags.failOn !== undefined) {
    requireOneOf({ command: 'audit', option: '--fail-on' }, flags.failOn, SEVERITIES);
  }
  const configuration = configure(context, flags);
  const target = targetOf(context, configuration, url, flags.target);
  const progress = createProgressBar(process.stderr, flags.quiet === true);
  let audit: Audit;
  try {
    audit = await runAudit(target, {
      settings: configuration.settingsOf(target.name),
      clock: systemClock,
      onProgress: progress.listener,
      signal: context.signal,
    });
  } finally {
    progress.end();
  }
  const text = renderAudit(audit, format, context.output, { verbose: flags.verbose === true });
  if (flags.output === undefined) context.output.data(text);
  else {
    writeOutputFile(flags.output, text);
    context.output.note(`report written to ${flags.output}`);
  }
  return exitCodeFor(audit, flags.failOn);
}

/** Renders an audit in the form asked for. */
export function renderAudit(
  audit: Audit,
  format: Format,
  output: Output,
  options: Pick<RenderTextOptions, 'verbose' | 'url'>,
): string {
  switch (format) {
    case 'json':
      return renderJson(audit.report);
    case 'markdown':
      return renderMarkdown(audit);
    case 'html':
      return renderHtml(audit);
    case 'text':
      return renderText(audit, { color: output.color, width: output.width, ...options });
  }
}

/** Refuses a value that is none of the choices. */
export function requireOneOf(
  { command, option }: { readonly command: string; readonly option: string },
  value: string,
  choices: readonly string[],
): void {
  if (choices.includes(value)) return;
  const reason = `${option} takes ${choices.join(', ')}, not "${value}"`;
  throw failure(APP_ERRORS.USAGE, { reason, command });
}

function exitCodeFor(audit: Audit, failOn: AuditFlags['failOn']): ExitCode {
  if (failOn === undefined) return 0;
  const worst = SEVERITIES.indexOf(failOn);
  const isHit = audit.report.findings.some((finding) => SEVERITIES.indexOf(finding.severity) <= worst);
  return isHit ? 4 : 0;
}
