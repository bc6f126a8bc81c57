package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;
import static dev.ekiden.calendar.store.Rows.nullableColumn;

import dev.ekiden.calendar.availability.BookingPolicy;
import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceRule;
import dev.ekiden.calendar.availability.PriceTerms;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Tables {@code plan} and {@code price_rule}. */
final class PlanTable implements TruthTable<Plan> {

  private static final String IDS =
      """
      SELECT code, id
      FROM calendar.plan
      WHERE code = ANY(:codes)
      """;

  private static final String READ =
      """
      SELECT id, code, space_id, name, published, unit_minutes, start_alignment_minutes,
             minimum_minutes, maximum_minutes, buffer_before_minutes, buffer_after_minutes,
             minimum_notice_minutes, booking_window_days,
             CAST(rentable_hours AS text) AS rentable_hours,
             currency, day_price, minimum_amount, tax_percent, tax_included,
             approval_minutes, free_cancel_minutes, cancel_fee_percent, version
      FROM calendar.plan
      WHERE id = ANY(:ids)
      ORDER BY id
      """;

  private static final String READ_PRICE_RULES =
      """
      SELECT plan_id, days, special_period, start_minute, end_minute, amount_per_hour
      FROM calendar.price_rule
      WHERE plan_id = ANY(:ids)
      ORDER BY plan_id, position
      """;

  private static final String LOCK =
      """
      SELECT id
      FROM calendar.plan
      WHERE id = ANY(:ids)
      ORDER BY id
      FOR NO KEY UPDATE
      """;

  private static final String INSERT =
      """
      INSERT INTO calendar.plan (
        code, space_id, name, published, unit_minutes, start_alignment_minutes,
        minimum_minutes, maximum_minutes, buffer_before_minutes, buffer_after_minutes,
        minimum_notice_minutes, booking_window_days, rentable_hours,
        currency, day_price, minimum_amount, tax_percent, tax_included,
        approval_minutes, free_cancel_minutes, cancel_fee_percent)
      SELECT
        code, space_id, name, published, unit_minutes, start_alignment_minutes,
        minimum_minutes, maximum_minutes, buffer_before_minutes, buffer_after_minutes,
        minimum_notice_minutes, booking_window_days, CAST(rentable_hours AS int4multirange),
        currency, day_price, minimum_amount, tax_percent, tax_included,
        approval_minutes, free_cancel_minutes, cancel_fee_percent
      FROM unnest(
        :codes, :spaceIds, :names, :published, :unitMinutes, :startAlignmentMinutes,
        :minimumMinutes, :maximumMinutes, :bufferBeforeMinutes, :bufferAfterMinutes,
        :minimumNoticeMinutes, :bookingWindowDays, :rentableHours,
        :currencies, :dayPrices, :minimumAmounts, :taxPercents, :taxIncluded,
        :approvalMinutes, :freeCancelMinutes, :cancelFeePercents)
      AS given (
        code, space_id, name, published, unit_minutes, start_alignment_minutes,
        minimum_minutes, maximum_minutes, buffer_before_minutes, buffer_after_minutes,
        minimum_notice_minutes, booking_window_days, rentable_hours,
        currency, day_price, minimum_amount, tax_percent, tax_included,
        approval_minutes, free_cancel_minutes, cancel_fee_percent)
      RETURNING code, id
      """;

  private static final String UPDATE =
      """
      UPDATE calendar.plan
      SET name = given.name,
          published = given.published,
          unit_minutes = given.unit_minutes,
          start_alignment_minutes = given.start_alignment_minutes,
          minimum_minutes = given.minimum_minutes,
          maximum_minutes = given.maximum_minutes,
          buffer_before_minutes = given.buffer_before_minutes,
          buffer_after_minutes = given.buffer_after_minutes,
          minimum_notice_minutes = given.minimum_notice_minutes,
          booking_window_days = given.booking_window_days,
          rentable_hours = CAST(given.rentable_hours AS int4multirange),
          currency = given.currency,
          day_price = given.day_price,
          minimum_amount = given.minimum_amount,
          tax_percent = given.tax_percent,
          tax_included = given.tax_included,
          approval_minutes = given.approval_minutes,
          free_cancel_minutes = given.free_cancel_minutes,
          cancel_fee_percent = given.cancel_fee_percent,
          version = plan.version + 1
      FROM unnest(
        :ids, :names, :published, :unitMinutes, :startAlignmentMinutes,
        :minimumMinutes, :maximumMinutes, :bufferBeforeMinutes, :bufferAfterMinutes,
        :minimumNoticeMinutes, :bookingWindowDays, :rentableHours,
        :currencies, :dayPrices, :minimumAmounts, :taxPercents, :taxIncluded,
        :approvalMinutes, :freeCancelMinutes, :cancelFeePercents)
      AS given (
        id, name, published, unit_minutes, start_alignment_minutes,
        minimum_minutes, maximum_minutes, buffer_before_minutes, buffer_after_minutes,
        minimum_notice_minutes, booking_window_days, rentable_hours,
        currency, day_price, minimum_amount, tax_percent, tax_included,
        approval_minutes, free_cancel_minutes, cancel_fee_percent)
      WHERE plan.id = given.id
      """;

  private static final String DELETE_PRICE_RULES =
      """
      DELETE FROM calendar.price_rule
      WHERE plan_id = ANY(:ids)
      """;

  private static final String INSERT_PRICE_RULES =
      """
      INSERT INTO calendar.price_rule (
        plan_id, position, days, special_period, start_minute, end_minute, amount_per_hour)
      SELECT *
      FROM unnest(
        :planIds, :positions, :days, :specialPeriods, :startMinutes, :endMinutes, :amounts)
      """;

  /** A price rule, whose it is, and its place in the list, counted from 1. */
  private record OwnedRule(long planId, int position, PriceRule rule) {}

  @Override
  public String entity() {
    return "plan";
  }

  @Override
  public long id(Plan plan) {
    return plan.id();
  }

  @Override
  public String code(Plan plan) {
    return plan.code();
  }

  @Override
  public Plan normalized(Plan plan) {
    return new Plan(
        plan.id(),
        plan.code(),
        plan.spaceId(),
        plan.name(),
        plan.published(),
        plan.rules(),
        HoursColumn.normalized(plan.rentableHours()),
        plan.prices(),
        plan.policy(),
        plan.version());
  }

  @Override
  public Map<String, Long> ids(Handle handle, Collection<String> codes) {
    return Rows.idsByCode(handle, IDS, codes);
  }

  @Override
  public Map<Long, Plan> read(Handle handle, Collection<Long> ids) {
    Map<Long, List<PriceRule>> rules = new HashMap<>();
    for (OwnedRule owned :
        Rows.ofIds(
            handle,
            READ_PRICE_RULES,
            ids,
            (row, context) -> new OwnedRule(row.getLong("plan_id"), 0, PriceColumns.read(row)))) {
      rules.computeIfAbsent(owned.planId(), id -> new ArrayList<>()).add(owned.rule());
    }
    HoursColumn hours = new HoursColumn();
    Map<Long, Plan> plans = new LinkedHashMap<>();
    for (Plan plan :
        Rows.ofIds(
            handle,
            READ,
            ids,
            (row, context) -> map(row, hours, rules.getOrDefault(row.getLong("id"), List.of())))) {
      plans.put(plan.id(), plan);
    }
    return plans;
  }

  @Override
  public Set<Long> lock(Handle handle, Collection<Long> ids) {
    return Rows.idsOfIds(handle, LOCK, ids);
  }

  @Override
  public Set<Long> plansOf(Handle handle, Collection<Long> ids) {
    return Set.copyOf(ids);
  }

  @Override
  public Map<String, Long> insert(Handle handle, List<Plan> plans) {
    Map<String, Long> ids = new LinkedHashMap<>();
    bindColumns(handle.createQuery(INSERT), plans)
        .bindArray("codes", String.class, column(plans, Plan::code))
        .bindArray("spaceIds", Long.class, column(plans, Plan::spaceId))
        .map((row, context) -> Map.entry(row.getString("code"), row.getLong("id")))
        .forEach(entry -> ids.put(entry.getKey(), entry.getValue()));
    List<OwnedRule> rules = new ArrayList<>();
    for (Plan plan : plans) {
      collectRules(Rows.of(ids, plan.code()), plan, rules);
    }
    insertRules(handle, rules);
    return ids;
  }

  @Override
  public void update(Handle handle, List<Change<Plan>> changes) {
    List<Plan> plans = column(changes, Change::after);
    bindColumns(handle.createUpdate(UPDATE), plans)
        .bindArray("ids", Long.class, column(plans, Plan::id))
        .execute();
    List<Long> repriced = new ArrayList<>();
    List<OwnedRule> rules = new ArrayList<>();
    for (Change<Plan> change : changes) {
      Plan before = change.before();
      Plan after = change.after();
      if (before == null) {
        throw new IllegalArgumentException("Plan " + after.code() + " is new: insert it");
      }
      if (before.spaceId() != after.spaceId()) {
        throw new InvalidValueException(
            "space", Long.toString(after.spaceId()), "a plan stays with its space");
      }
      if (!before.prices().rules().equals(after.prices().rules())) {
        repriced.add(after.id());
        collectRules(after.id(), after, rules);
      }
    }
    if (!repriced.isEmpty()) {
      handle.createUpdate(DELETE_PRICE_RULES).bindArray("ids", Long.class, repriced).execute();
      insertRules(handle, rules);
    }
  }

  private static <S extends SqlStatement<S>> S bindColumns(S statement, List<Plan> plans) {
    List<BookingRules> rules = column(plans, Plan::rules);
    List<PriceTerms> terms = column(plans, plan -> plan.prices().terms());
    List<BookingPolicy> policies = column(plans, Plan::policy);
    return statement
        .bindArray("names", String.class, column(plans, Plan::name))
        .bindArray("published", Boolean.class, column(plans, Plan::published))
        .bindArray("unitMinutes", Integer.class, column(rules, BookingRules::unitMinutes))
        .bindArray(
            "startAlignmentMinutes",
            Integer.class,
            column(rules, BookingRules::startAlignmentMinutes))
        .bindArray("minimumMinutes", Integer.class, column(rules, BookingRules::minimumMinutes))
        .bindArray("maximumMinutes", Integer.class, column(rules, BookingRules::maximumMinutes))
        .bindArray(
            "bufferBeforeMinutes", Integer.class, column(rules, BookingRules::bufferBeforeMinutes))
        .bindArray(
            "bufferAfterMinutes", Integer.class, column(rules, BookingRules::bufferAfterMinutes))
        .bindArray(
            "minimumNoticeMinutes",
            Integer.class,
            column(rules, BookingRules::minimumNoticeMinutes))
        .bindArray(
            "bookingWindowDays", Integer.class, column(rules, BookingRules::bookingWindowDays))
        .bindArray(
            "rentableHours",
            String.class,
            column(plans, plan -> HoursColumn.write(plan.rentableHours())))
        .bindArray(
            "currencies", String.class, column(terms, term -> term.currency().getCurrencyCode()))
        .bindArray("dayPrices", Long.class, nullableColumn(terms, PlanTable::dayPrice))
        .bindArray("minimumAmounts", Long.class, column(terms, PriceTerms::minimumAmount))
        .bindArray("taxPercents", BigDecimal.class, column(terms, PriceTerms::taxPercent))
        .bindArray("taxIncluded", Boolean.class, column(terms, PriceTerms::taxIncluded))
        .bindArray(
            "approvalMinutes", Integer.class, column(policies, BookingPolicy::approvalMinutes))
        .bindArray(
            "freeCancelMinutes", Integer.class, column(policies, BookingPolicy::freeCancelMinutes))
        .bindArray(
            "cancelFeePercents", Integer.class, column(policies, BookingPolicy::cancelFeePercent));
  }

  private static @Nullable Long dayPrice(PriceTerms terms) {
    return terms.dayPrice().isPresent() ? terms.dayPrice().getAsLong() : null;
  }

  private static void collectRules(long planId, Plan plan, List<OwnedRule> collected) {
    int position = 0;
    for (PriceRule rule : plan.prices().rules()) {
      collected.add(new OwnedRule(planId, ++position, rule));
    }
  }

  private static void insertRules(Handle handle, List<OwnedRule> owned) {
    if (owned.isEmpty()) {
      return;
    }
    List<PriceRule> rules = column(owned, OwnedRule::rule);
    handle
        .createUpdate(INSERT_PRICE_RULES)
        .bindArray("planIds", Long.class, column(owned, OwnedRule::planId))
        .bindArray("positions", Integer.class, column(owned, OwnedRule::position))
        .bindArray("days", Integer.class, nullableColumn(rules, PriceColumns::days))
        .bindArray(
            "specialPeriods", String.class, nullableColumn(rules, PriceColumns::specialPeriod))
        .bindArray("startMinutes", Integer.class, column(rules, rule -> rule.time().startMinute()))
        .bindArray("endMinutes", Integer.class, column(rules, rule -> rule.time().endMinute()))
        .bindArray("amounts", Long.class, column(rules, PriceRule::amountPerHour))
        .execute();
  }

  private static Plan map(ResultSet row, HoursColumn hours, List<PriceRule> priceRules)
      throws SQLException {
    Long dayPrice = row.getObject("day_price", Long.class);
    PriceTerms terms =
        new PriceTerms(
            Currency.getInstance(row.getString("currency")),
            dayPrice == null ? OptionalLong.empty() : OptionalLong.of(dayPrice),
            row.getLong("minimum_amount"),
            row.getBigDecimal("tax_percent"),
            row.getBoolean("tax_included"));
    BookingRules rules =
        new BookingRules(
            row.getInt("unit_minutes"),
            row.getInt("start_alignment_minutes"),
            row.getInt("minimum_minutes"),
            row.getInt("maximum_minutes"),
            row.getInt("buffer_before_minutes"),
            row.getInt("buffer_after_minutes"),
            row.getInt("minimum_notice_minutes"),
            row.getInt("booking_window_days"));
    return new Plan(
        row.getLong("id"),
        row.getString("code"),
        row.getLong("space_id"),
        row.getString("name"),
        row.getBoolean("published"),
        rules,
        hours.read(row.getString("rentable_hours")),
        new PriceList(terms, priceRules),
        new BookingPolicy(
            row.getInt("approval_minutes"),
            row.getInt("free_cancel_minutes"),
            row.getInt("cancel_fee_percent")),
        row.getLong("version"));
  }
}
