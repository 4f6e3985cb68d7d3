/** Blocks of six hours, from which the totals of long stretches of time are made. */
export const sixHours = `
create table block_6h (like block_1h including all) partition by range (at);
`;
