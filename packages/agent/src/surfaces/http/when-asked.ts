/** What answers requests of one kind and is ended with the server. */
interface Responder {
  close(): Promise<void> | void;
}

/** A responder that is made when the first request comes. */
export interface WhenAsked<T extends Responder> {
  get(): Promise<T>;
  close(): Promise<void>;
}

/** Puts off making a responder: its libraries take memory that a daemon whom no program asks need not spend. */
export function whenAsked<T extends Responder>(make: () => Promise<T>): WhenAsked<T> {
  let made: Promise<T> | null = null;
  return {
    get() {
      made ??= make().catch((error: unknown) => {
        // The next request tries again.
        made = null;
        throw error;
      });
      return made;
    },
    close: async () => (await made)?.close(),
  };
}
