import type { Notification, NotifiedAlert } from '../../types.ts';
import { cutTo, lineOf, moreOf, titleOf, wordOf, worstSeverity } from '../wording.ts';

/** A block of a message; of Slack's kinds, the three that are used. */
export type SlackBlock =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string } }
  | { readonly type: 'section'; readonly text: { readonly type: 'mrkdwn'; readonly text: string } }
  | {
      readonly type: 'context';
      readonly elements: readonly { readonly type: 'mrkdwn'; readonly text: string }[];
    };

/** Body of an incoming webhook: Slack shows the blocks, Mattermost the text. */
export interface SlackPayload {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** Slack's limits: 150 characters of a header, 3,000 of a section, 50 blocks. */
const MAXIMUM_HEADER = 150;
const MAXIMUM_SECTION = 2_900;
const MAXIMUM_ALERTS = 40;
const MAXIMUM_TEXT = 12_000;
const SIGNS = { critical: '🔴', warning: '🟠', info: '🔵' } as const;

/**
 * Builds the body of an incoming webhook.
 * @source Slack docs, "Formatting message text" and "Block Kit"; Mattermost docs, "Incoming webhooks"
 */
export function slackPayload(notification: Notification): SlackPayload {
  const severity = worstSeverity(notification);
  const sign = severity === null ? '🟢' : SIGNS[severity];
  const shown = notification.alerts.slice(0, MAXIMUM_ALERTS);
  const lines = shown.map((alert) => cutTo(alertLine(alert), MAXIMUM_SECTION));
  const more = moreOf(notification, shown.length);
  const title = `${sign} ${titleOf(notification)}`;
  const rest = more === '' ? [] : [more];
  return {
    text: cutTo([`*${escapeSlack(title)}*`, ...lines, ...rest].join('\n'), MAXIMUM_TEXT),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cutTo(title, MAXIMUM_HEADER) } },
      ...lines.map((text): SlackBlock => ({ type: 'section', text: { type: 'mrkdwn', text } })),
      ...rest.map((text): SlackBlock => ({ type: 'context', elements: [{ type: 'mrkdwn', text }] })),
    ],
  };
}

/**
 * Takes their meaning from the characters that Slack and Mattermost read: `<!channel>`, links, mentions.
 * @source Slack docs, "Escaping text"
 */
export function escapeSlack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200b')
    .replaceAll('](', ']\u200b(');
}

function alertLine(alert: NotifiedAlert): string {
  const page = alert.annotations['runbook_url'] ?? '';
  const links = [
    ...(alert.generatorUrl === '' ? [] : [`<${alert.generatorUrl}|alert>`]),
    ...(page.startsWith('https://') && URL.canParse(page)
      ? [`<${new URL(page).href.replaceAll('|', '%7C')}|what to do>`]
      : []),
  ];
  return [`*${escapeSlack(wordOf(alert))}* ${escapeSlack(lineOf(alert))}`, ...links].join(' · ');
}
