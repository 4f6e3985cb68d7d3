/**
 * The name of the portion of samples that was stored last. A writer whose connection broke while it committed learns
 * from it whether the portion was stored, and whether another agent has written since.
 */
export const written = 'alter table target add column written text;';
