package dev.ekiden.calendar.read;

/** A plan as it is shown. */
public record ListedPlan(long id, String code, String name, boolean published) {}
