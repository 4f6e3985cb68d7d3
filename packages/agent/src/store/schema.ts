/** Schema that holds all of the store: it may share a database with other things. */
export const SCHEMA = 'pgsteward';
