import type { Notification, NotifiedAlert } from '../../types.ts';
import { cutTo, lineOf, moreOf, titleOf, wordOf, worstSeverity } from '../wording.ts';

/** A run of text that is shown as it is: unlike a TextBlock, it knows no Markdown. */
interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Medium';
  readonly color?: string;
}

/** A block of text of an adaptive card. */
export interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
}

/** Body of a Workflows webhook: one adaptive card. */
export interface TeamsPayload {
  readonly type: 'message';
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive';
      readonly contentUrl: null;
      readonly content: {
        readonly $schema: string;
        readonly type: 'AdaptiveCard';
        readonly version: '1.4';
        readonly msteams: { readonly width: 'Full' };
        readonly body: readonly RichTextBlock[];
        readonly actions: readonly {
          readonly type: 'Action.OpenUrl';
          readonly title: string;
          readonly url: string;
        }[];
      };
    },
  ];
}

/** Teams refuses messages above 28 kB: so much holds where each character takes three bytes. */
const MAXIMUM_ALERTS = 25;
const MAXIMUM_LINE = 300;
const COLORS = { critical: 'Attention', warning: 'Warning', info: 'Accent' } as const;

/**
 * Builds the body of a Workflows webhook ("When a Teams webhook request is received").
 * @source Microsoft Learn, "Create incoming webhooks with Workflows"; adaptivecards.io schema 1.4, RichTextBlock
 */
export function teamsPayload(notification: Notification): TeamsPayload {
  const severity = worstSeverity(notification);
  const color = severity === null ? 'Good' : COLORS[severity];
  const shown = notification.alerts.slice(0, MAXIMUM_ALERTS);
  const more = moreOf(notification, shown.length);
  const title: TextRun = {
    type: 'TextRun',
    text: cutTo(titleOf(notification), MAXIMUM_LINE),
    weight: 'Bolder',
    size: 'Medium',
    color,
  };
  const { externalUrl } = notification;
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            { type: 'RichTextBlock', inlines: [title] },
            ...shown.map(alertBlock),
            ...(more === '' ? [] : [{ type: 'RichTextBlock', inlines: [run(more)] } as const]),
          ],
          actions:
            externalUrl === '' ? [] : [{ type: 'Action.OpenUrl', title: 'Open pgsteward', url: externalUrl }],
        },
      },
    ],
  };
}

function alertBlock(alert: NotifiedAlert): RichTextBlock {
  const word: TextRun = { ...run(`${wordOf(alert)} `), weight: 'Bolder' };
  return { type: 'RichTextBlock', inlines: [word, run(cutTo(lineOf(alert), MAXIMUM_LINE))] };
}

function run(text: string): TextRun {
  return { type: 'TextRun', text };
}
