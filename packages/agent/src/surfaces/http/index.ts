/**
 * The daemon's HTTP server: the dashboard's pages, the API behind them, and who may come in. Parses requests, calls
 * the app, answers with JSON; holds no SQL and no threshold. Listens on the loopback address unless told otherwise,
 * and then only with a rule who may come in.
 */
export { type HttpServer, startHttpServer } from './server.ts';
