import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith, second } from '../../fixtures.ts';
import { escapeSlack, slackPayload } from './payload.ts';

const many = (count: number, summary = 'x') =>
  Array.from({ length: count }, () => notifiedAlertWith({ annotations: { summary } }));

describe('a message to Slack or Mattermost', () => {
  it('has text for Mattermost and blocks for Slack that say the same', () => {
    const { text, blocks } = slackPayload(notificationWith());
    const line =
      '*critical* 97 % of the connections of shop are in use · <https://pgsteward.example/t/shop/alerts/00000000000000aa|alert>';
    expect(text).toBe(`*🔴 [FIRING:1] connections-saturated shop*\n${line}`);
    expect(blocks).toEqual([
      { type: 'header', text: { type: 'plain_text', text: '🔴 [FIRING:1] connections-saturated shop' } },
      { type: 'section', text: { type: 'mrkdwn', text: line } },
    ]);
  });

  it('says what is over', () => {
    const alerts = [notifiedAlertWith({ status: 'resolved', endsAt: second(60) })];
    const { text } = slackPayload(notificationWith({ status: 'resolved', alerts }));
    expect(text).toContain('🟢 [RESOLVED] connections-saturated shop');
    expect(text).toContain('*resolved* 97 %');
  });

  it('links a page on the web, and no other', () => {
    const linked = (page: string): string => {
      const alerts = [notifiedAlertWith({ generatorUrl: '', annotations: { runbook_url: page } })];
      return slackPayload(notificationWith({ alerts })).text;
    };
    expect(linked('https://wiki.example/a%20b?x=1|2>3')).toContain(
      '<https://wiki.example/a%20b?x=1%7C2%3E3|what to do>',
    );
    expect(linked('docs/guides/alerts.md#deadlocks')).not.toContain('what to do');
  });

  it('cannot be made to call the channel, to mention or to link', () => {
    const summary = '<!channel> @here <https://evil.example|click> [click](https://evil.example) &amp;';
    const { text } = slackPayload(notificationWith({ alerts: many(1, summary) }));
    expect(text).toContain('&lt;!channel&gt; @\u200bhere &lt;https://evil.example|click&gt;');
    expect(text).toContain('[click]\u200b(https://evil.example) &amp;amp;');
  });

  it('stays within the limits of Slack', () => {
    const groupLabels = { alertname: 'y'.repeat(500) };
    const { text, blocks } = slackPayload(
      notificationWith({ alerts: many(100, '😀'.repeat(4_000)), truncatedCount: 7, groupLabels }),
    );
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(text.length).toBeLessThanOrEqual(12_000);
    const texts = blocks.map((block) =>
      block.type === 'context' ? (block.elements[0]?.text ?? '') : block.text.text,
    );
    expect(texts[0]?.length).toBeLessThanOrEqual(150);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(3_000);
    expect(texts.at(-1)).toBe('and 67 more');
    expect(texts.join('')).not.toMatch(/\p{Surrogate}/u);
  });

  it('leaves no character of Slack its meaning', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(escapeSlack(text)).not.toMatch(/[<>]|@(?!\u200b)|&(?!amp;|lt;|gt;)|\]\(/);
      }),
    );
  });
});
