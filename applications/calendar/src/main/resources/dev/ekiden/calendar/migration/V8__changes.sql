-- Changes of cached calendars for partners, in an order of their own. Whoever writes a calendar only forgets
-- its number; whoever asks for changes gives numbers to those without one, one asker at a time. So a number
-- that can be seen has all smaller ones before it, whatever order the writers committed in.
CREATE SEQUENCE calendar.plan_change;
ALTER TABLE calendar.plan_calendar ADD change bigint UNIQUE;
CREATE INDEX plan_calendar_without_number ON calendar.plan_calendar (plan_id) WHERE change IS NULL;

-- Where to go on from once the file is read: no later change is missing then.
ALTER TABLE calendar.bulk_feed ADD change_cursor bigint NOT NULL DEFAULT 0;
