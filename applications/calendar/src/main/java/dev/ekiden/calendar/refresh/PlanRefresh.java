package dev.ekiden.calendar.refresh;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Payload of {@value CalendarRefresh#REFRESH}: compute a plan's calendar anew.
 *
 * @param entity what was changed, such as {@code space 17}; for people
 * @param changedAt when, by the engine's clock; null if it is not a change that asks for it
 */
public record PlanRefresh(long planId, String entity, @Nullable Instant changedAt) {}
