import { constants, setPriority } from 'node:os';

/**
 * Lets other processes of this machine run first, for a daemon that may stand beside the database that it watches: while
 * the processor is contended its work waits, and the database does not.
 * @source setpriority(2); PostgreSQL itself never changes its priority
 */
export function giveWay(): void {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
