CREATE TABLE orders (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item    text NOT NULL,
  shipped boolean NOT NULL DEFAULT false
);
