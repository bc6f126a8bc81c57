package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.store.Revised;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Rows of {@code prices.csv}: the whole price list of a plan. */
final class PriceRows implements RowChange<Plan> {

  @Override
  public TruthTable<Plan> table() {
    return TruthTables.PLANS;
  }

  @Override
  public String keyColumn() {
    return "plan";
  }

  @Override
  public String mainColumn() {
    return "prices";
  }

  @Override
  public Plan apply(Row row, @Nullable Plan before) {
    Plan plan = RowChange.existing(this, row, before);
    PriceTerms stored = plan.prices().terms();
    PriceTerms terms = terms(row, stored);
    return Revised.prices(plan, new PriceList(terms, PriceList.parseRules(row.text("prices"))));
  }

  private static PriceTerms terms(Row row, PriceTerms stored) {
    PriceTerms byDefault = PriceTerms.DEFAULT;
    return new PriceTerms(
        row.value("currency", byDefault.currency(), stored.currency(), PriceTerms::parseCurrency),
        row.value(
            "day_price",
            byDefault.dayPrice(),
            stored.dayPrice(),
            text -> OptionalLong.of(Row.parseAmount(text))),
        row.amount("minimum_amount", byDefault.minimumAmount(), stored.minimumAmount()),
        row.decimal("tax_percent", byDefault.taxPercent(), stored.taxPercent()),
        row.flag("tax_included", byDefault.taxIncluded(), stored.taxIncluded()));
  }
}
