import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith, second } from '../../fixtures.ts';
import { emailMessage } from './message.ts';

describe('a mail', () => {
  it('says the same in text and HTML', () => {
    const alerts = [
      notifiedAlertWith({
        annotations: { summary: '97 % are in use', runbook_url: 'docs/guides/alerts.md#x' },
      }),
    ];
    const { subject, text, html } = emailMessage(notificationWith({ alerts }));
    expect(subject).toBe('[FIRING:1] connections-saturated shop');
    for (const body of [text, html]) {
      expect(body).toContain(subject);
      expect(body).toContain('97 % are in use');
      expect(body).toContain('since 2026-01-05T00:00:00.000Z');
      expect(body).toContain('what to do: docs/guides/alerts.md#x');
      expect(body).toContain('https://pgsteward.example/t/shop/alerts/00000000000000aa');
    }
    expect(html).toContain('alertname=connections-saturated · severity=critical · target=shop');
  });

  it('escapes whatever comes from elsewhere', () => {
    const evil = `<img src=x onerror="alert('1')"> & co`;
    const alerts = [
      notifiedAlertWith({
        labels: { alertname: evil, severity: evil },
        annotations: { summary: evil, runbook_url: evil },
        generatorUrl: `https://pgsteward.example/"><script>`,
      }),
    ];
    const { html } = emailMessage(notificationWith({ alerts, groupLabels: { alertname: evil } }));
    expect(html).not.toMatch(/<img|<script|onerror="/);
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co');
  });

  it('says when an alert ended, and how many are not named', () => {
    const alerts = [notifiedAlertWith({ status: 'resolved', endsAt: second(60) })];
    const { text, html } = emailMessage(
      notificationWith({ status: 'resolved', alerts, truncatedCount: 4, externalUrl: '' }),
    );
    expect(text).toMatch(/^\[RESOLVED\]/);
    expect(text).toContain('until 2026-01-05T00:01:00.000Z');
    expect([text, html].every((body) => body.includes('and 4 more'))).toBe(true);
  });
});
