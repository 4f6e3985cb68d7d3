import { Client, type ClientConfig } from 'pg';
import { CacheError, failure } from '../../errors.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/quote.ts';
import { translateDatabaseError } from '../database.ts';
import { CDC_ERRORS } from '../errors.ts';
import type { FieldReader } from '../pgoutput/reader.ts';
import { decodeFrame, encodeStatus } from './frames.ts';

/** The change stream of one slot. */
export interface ChangeStream {
  /** All that the log holds before this has been handed over. */
  readonly receivedLsn: bigint;
  /** For how long the server has said nothing, though it was listened to. */
  readonly silentMs: number;
  /** Tells the server what need never be sent again. @param wantsReply asks how far it is */
  confirm(lsn: bigint, wantsReply: boolean): void;
  /** Takes nothing for a while; the server waits. */
  pause(): void;
  resume(): void;
  /** Resolves with the reason when the stream has ended, whoever ended it. */
  readonly ended: Promise<CacheError>;
  close(): Promise<void>;
}

/** Which changes, and who takes them. */
export interface StreamOptions {
  readonly slot: string;
  readonly publication: string;
  /** Takes one message of pgoutput; the bytes are valid until it returns. What it throws ends the stream. */
  readonly onMessage: (payload: FieldReader) => void;
}

/** What is used of a connection of node-postgres beside its public face. */
interface ReplicationConnection {
  readonly stream: { pause(): void; resume(): void; destroy(): void };
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): void;
  once(event: 'replicationStart', listener: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
}

/** The server ends a connection that it has not heard of for wal_sender_timeout, 60 s by default. */
const STATUS_EVERY_MS = 5_000;

/**
 * Starts to stream from where the slot was confirmed last.
 * @throws CDC.*; what PostgreSQL says where the slot is in use has the code 55006
 */
export async function openChangeStream(config: ClientConfig, options: StreamOptions): Promise<ChangeStream> {
  // The type of the driver leaves out what its code takes.
  const client = new Client({ ...config, replication: 'database' } as ClientConfig);
  const stream = new SlotStream(client, options);
  try {
    await client.connect();
    await stream.start();
    return stream;
  } catch (error) {
    await stream.close();
    throw error;
  }
}

class SlotStream implements ChangeStream {
  readonly ended: Promise<CacheError>;
  readonly #client: Client;
  readonly #connection: ReplicationConnection;
  readonly #options: StreamOptions;
  #end: (reason: CacheError) => void = () => undefined;
  #receivedLsn = 0n;
  #heardAtMs = performance.now();
  #isPaused = false;
  #confirmedLsn = 0n;
  #timer: NodeJS.Timeout | null = null;

  constructor(client: Client, options: StreamOptions) {
    this.#client = client;
    this.#connection = client.connection as unknown as ReplicationConnection;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    client.on('error', (error) => this.#end(translateDatabaseError(error)));
    client.on('end', () => this.#end(ended('The connection was closed')));
    this.#connection.on('copyData', ({ chunk }) => this.#take(chunk));
  }

  get receivedLsn(): bigint {
    return this.#receivedLsn;
  }

  get silentMs(): number {
    return this.#isPaused ? 0 : performance.now() - this.#heardAtMs;
  }

  async start(): Promise<void> {
    const { slot, publication } = this.#options;
    // A list of identifiers within a literal.
    const names = quoteLiteral(quoteIdentifier(publication));
    const started = new Promise<void>((resolve) => this.#connection.once('replicationStart', resolve));
    const query = this.#client.query(
      `START_REPLICATION SLOT ${quoteIdentifier(slot)} LOGICAL 0/0 (proto_version '1', publication_names ${names}, messages 'true')`,
    );
    const over = query.then(
      () => this.#end(ended('The server ended it')),
      (error: unknown) => {
        this.#end(translateDatabaseError(error));
        throw error;
      },
    );
    await Promise.race([started, over]);
    // Its failure later on is the stream's end, told above.
    over.catch(() => undefined);
    this.#timer = setInterval(() => this.#send(false), STATUS_EVERY_MS);
  }

  confirm(lsn: bigint, wantsReply: boolean): void {
    if (lsn > this.#confirmedLsn) this.#confirmedLsn = lsn;
    this.#send(wantsReply);
  }

  pause(): void {
    this.#isPaused = true;
    this.#connection.stream.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#heardAtMs = performance.now();
    this.#connection.stream.resume();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#end(ended('The worker was stopped'));
    // A walsender takes the end of its connection for the end; a polite goodbye would wait for the rest of the stream.
    this.#connection.stream.destroy();
    await this.#client.end().catch(() => undefined);
  }

  #take(chunk: Buffer): void {
    this.#heardAtMs = performance.now();
    try {
      const frame = decodeFrame(chunk);
      if (frame.kind === 'data') {
        this.#options.onMessage(frame.payload);
        this.#rise(frame.beginLsn);
      } else {
        this.#rise(frame.endLsn);
        if (frame.wantsReply) this.#send(false);
      }
    } catch (error) {
      this.#end(error instanceof CacheError ? error : translateDatabaseError(error));
      this.#connection.stream.destroy();
    }
  }

  #rise(lsn: bigint): void {
    if (lsn > this.#receivedLsn) this.#receivedLsn = lsn;
  }

  #send(wantsReply: boolean): void {
    this.#connection.sendCopyFromChunk(encodeStatus(this.#confirmedLsn, Date.now(), wantsReply));
  }
}

function ended(reason: string): CacheError {
  return failure(CDC_ERRORS.STREAM_ENDED, { reason });
}
