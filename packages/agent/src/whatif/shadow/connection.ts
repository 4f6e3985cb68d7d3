import { Client } from 'pg';

/** A connection to the shadow: our own server, so statements are free. Those sent without waiting are pipelined. */
export interface ShadowConnection {
  run<Row extends object = Readonly<Record<string, unknown>>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Row[] }>;
  close(): Promise<void>;
}

/** Connects to the shadow. */
export async function connectShadow(url: string): Promise<ShadowConnection> {
  const client = new Client({ connectionString: url, pipeline: true });
  client.on('error', () => undefined);
  await client.connect();
  return {
    async run<Row extends object>(sql: string, values?: readonly unknown[]) {
      // Several statements travel as one only without values.
      const send = client['query'].bind(client);
      return values === undefined ? send<Row>(sql) : send<Row>(sql, [...values]);
    },
    close: () => client.end(),
  };
}
