package dev.ekiden.calendar.http;

import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.http.Views.PlanView;
import dev.ekiden.calendar.http.Views.SpaceView;
import dev.ekiden.calendar.read.PlanInSpace;

/** A plan with all that is stored of it. */
record PlanDetailsView(
    PlanView plan,
    SpaceView space,
    String rentableHours,
    BookingRules rules,
    PricesBody prices,
    BookingPolicy policy) {

  static PlanDetailsView of(PlanInSpace listed, Plan plan) {
    return new PlanDetailsView(
        PlanView.of(listed.plan()),
        SpaceView.of(listed.space()),
        plan.rentableHours().text(),
        plan.rules(),
        PricesBody.of(plan.prices()),
        plan.policy());
  }
}
