package dev.ekiden.calendar.read;

import dev.ekiden.calendar.availability.Availability;
import dev.ekiden.calendar.availability.PlanTerms;

/** The cached days of a plan that were asked for, ready to answer questions. */
public record ReadCalendar(PlanTerms terms, Availability availability) {}
