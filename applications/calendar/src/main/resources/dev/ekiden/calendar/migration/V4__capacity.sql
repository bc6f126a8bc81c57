-- How many people a space holds; 0 if nobody said.
ALTER TABLE calendar.space
  ADD COLUMN capacity int NOT NULL DEFAULT 0 CHECK (capacity BETWEEN 0 AND 100000);
