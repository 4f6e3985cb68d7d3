/**
 * Responsible for telling when something that grows reaches its end. Takes points of the past; gives a growth with the
 * interval in which it lies, or why there is none to be told. Pure: no clock, no I/O, no store.
 */
export { type Growth, type GrowthForecast, measureGrowth, timeUntil } from './growth.ts';
export type { Point, Slope } from './theil-sen.ts';
