import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith, second } from '../../fixtures.ts';
import { teamsPayload } from './payload.ts';

describe('a message to Teams', () => {
  it('is one adaptive card 1.4 in the envelope of a Workflows webhook', () => {
    expect(teamsPayload(notificationWith())).toEqual({
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
              {
                type: 'RichTextBlock',
                inlines: [
                  {
                    type: 'TextRun',
                    text: '[FIRING:1] connections-saturated shop',
                    weight: 'Bolder',
                    size: 'Medium',
                    color: 'Attention',
                  },
                ],
              },
              {
                type: 'RichTextBlock',
                inlines: [
                  { type: 'TextRun', text: 'critical ', weight: 'Bolder' },
                  { type: 'TextRun', text: '97 % of the connections of shop are in use' },
                ],
              },
            ],
            actions: [{ type: 'Action.OpenUrl', title: 'Open pgsteward', url: 'https://pgsteward.example' }],
          },
        },
      ],
    });
  });

  it('is green when all is over, and has no button without an address', () => {
    const alerts = [notifiedAlertWith({ status: 'resolved', endsAt: second(60) })];
    const payload = teamsPayload(notificationWith({ status: 'resolved', alerts, externalUrl: '' }));
    const { body, actions } = payload.attachments[0].content;
    expect(body[0]?.inlines[0]).toMatchObject({ color: 'Good' });
    expect(actions).toEqual([]);
  });

  it('stays below the 28 kB that Teams takes', () => {
    const annotations = { summary: '表'.repeat(2_000) };
    const alerts = Array.from({ length: 200 }, () => notifiedAlertWith({ annotations }));
    const payload = teamsPayload(notificationWith({ alerts, truncatedCount: 1 }));
    expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(28 * 1024);
    expect(payload.attachments[0].content.body.at(-1)?.inlines[0]?.text).toBe('and 176 more');
  });
});
