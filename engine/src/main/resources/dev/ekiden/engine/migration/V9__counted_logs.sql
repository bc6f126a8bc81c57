-- How many lines of each level a segment of a log has, TRACE first, so that a page of lines reads
-- no more segments than it has lines of. Null for those that were stored before.
ALTER TABLE attempt_log ADD COLUMN line_counts integer[];
