import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryDirectory } from '../../support/index.ts';

const PROGRAM = '/usr/bin/prometheus-alertmanager';

/** A real Alertmanager on loopback. */
export interface Alertmanager {
  readonly url: string;
  /** Gives what it shows under `/api/v2/alerts`. */
  alerts(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/**
 * Starts Alertmanager of the Debian package `prometheus-alertmanager`, which posts every alert to a webhook.
 * @param externalUrl what it takes for the address of its own pages
 */
export async function startAlertmanager(webhook: string, externalUrl: string): Promise<Alertmanager> {
  const directory = await temporaryDirectory();
  const config = join(directory, 'alertmanager.yml');
  await writeFile(
    config,
    JSON.stringify({
      route: {
        receiver: 'ops',
        group_by: ['alertname', 'target'],
        group_wait: '0s',
        group_interval: '1s',
        repeat_interval: '4h',
      },
      receivers: [{ name: 'ops', webhook_configs: [{ url: webhook }] }],
    }),
  );
  const child = spawn(
    PROGRAM,
    [
      `--config.file=${config}`,
      `--storage.path=${join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      `--web.external-url=${externalUrl}`,
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const url = await listening(child);
  return {
    url,
    alerts: async () => {
      const response = await fetch(`${url}/api/v2/alerts`);
      return (await response.json()) as readonly Readonly<Record<string, unknown>>[];
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** It takes a free port and says which. */
async function listening(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  if (child.stderr === null) throw new Error('Alertmanager has no stderr');
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    const address = /msg="Listening on" address=(\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    // What it says further must be read, or it would wait.
    child.stderr.resume();
    return `http://${address}`;
  }
  throw new Error(`Alertmanager ended: ${said.join('\n')}`);
}
