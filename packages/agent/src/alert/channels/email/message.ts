import type { Notification, NotifiedAlert } from '../../types.ts';
import { cutTo, lineOf, moreOf, titleOf, wordOf } from '../wording.ts';

/** Subject and both bodies of a mail. */
export interface EmailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MAXIMUM_SUBJECT = 200;

/** Builds a mail: plain text, and HTML in which everything that comes from elsewhere is escaped. */
export function emailMessage(notification: Notification): EmailMessage {
  const title = titleOf(notification);
  const more = moreOf(notification, notification.alerts.length);
  const rest = more === '' ? [] : [more];
  const { externalUrl } = notification;
  const text = [
    title,
    '',
    ...notification.alerts.map(textOf),
    ...rest,
    ...(externalUrl === '' ? [] : [externalUrl]),
  ];
  const html = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>',
    '<body style="font-family:sans-serif;font-size:14px">',
    `<h1 style="font-size:16px">${escapeHtml(title)}</h1>`,
    ...notification.alerts.map(htmlOf),
    ...rest.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...(externalUrl === '' ? [] : [link(externalUrl, 'Open pgsteward')]),
    '</body></html>',
  ];
  return { subject: cutTo(title, MAXIMUM_SUBJECT), text: `${text.join('\n')}\n`, html: html.join('\n') };
}

/** Takes their meaning from the characters that HTML reads. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function textOf(alert: NotifiedAlert): string {
  const lines = [`${wordOf(alert)}: ${lineOf(alert)}`, ...timesOf(alert).map((line) => `  ${line}`)];
  const page = alert.annotations['runbook_url'];
  if (page !== undefined) lines.push(`  what to do: ${page}`);
  if (alert.generatorUrl !== '') lines.push(`  ${alert.generatorUrl}`);
  return `${lines.join('\n')}\n`;
}

function htmlOf(alert: NotifiedAlert): string {
  const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`);
  const page = alert.annotations['runbook_url'];
  return [
    `<p><strong>${escapeHtml(wordOf(alert))}</strong> ${escapeHtml(lineOf(alert))}<br>`,
    `<small>${escapeHtml([...timesOf(alert), ...labels].join(' · '))}</small>`,
    ...(page === undefined ? [] : [`<br><small>what to do: ${escapeHtml(page)}</small>`]),
    ...(alert.generatorUrl === '' ? [] : [`<br>${link(alert.generatorUrl, 'This alert')}`]),
    '</p>',
  ].join('');
}

function timesOf({ startsAt, endsAt }: NotifiedAlert): readonly string[] {
  return [`since ${startsAt.toISOString()}`, ...(endsAt === null ? [] : [`until ${endsAt.toISOString()}`])];
}

function link(address: string, text: string): string {
  return `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`;
}
