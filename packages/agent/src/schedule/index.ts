/**
 * Responsible for recurring stretches of time. Takes a cron expression, a time zone and a length; tells whether such a
 * stretch is open and when the next begins, right across changes of the clock in summer and winter. Knows no task.
 */
export { isOpen, nextBegin, type Window, wrongSchedule } from './window.ts';
