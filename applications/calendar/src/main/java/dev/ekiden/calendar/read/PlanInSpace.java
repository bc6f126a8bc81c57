package dev.ekiden.calendar.read;

/** A plan and where it is. */
public record PlanInSpace(ListedPlan plan, ListedSpace space) {}
