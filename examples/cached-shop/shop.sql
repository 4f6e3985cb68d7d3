create table products (
  id integer generated always as identity primary key,
  title text not null,
  category text not null,
  price numeric(10, 2) not null,
  stock integer not null check (stock >= 0)
);

create table orders (
  id integer generated always as identity primary key,
  product_id integer not null references products (id),
  ordered_at timestamptz not null default now()
);

insert into products (title, category, price, stock) values
  ('Wireless keyboard', 'computers', 49.95, 10),
  ('Mechanical keyboard', 'computers', 119.00, 1),
  ('Chef''s knife', 'kitchen', 79.00, 5);
