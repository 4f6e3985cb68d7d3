/** Who did what through the dashboard and the API. Rows are only ever added. */
export const access = `
create table access_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null
);
`;
