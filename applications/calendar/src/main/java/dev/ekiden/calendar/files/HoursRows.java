package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.calendar.store.Revised;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of {@code hours.csv}: business hours of spaces, rentable hours of plans. */
final class HoursRows implements BatchWriter {

  private static final String SPACE = "space";
  private static final String PLAN = "plan";
  private static final String HOURS = "hours";

  private final TruthRows<Space> spaces;
  private final TruthRows<Plan> plans;

  HoursRows(TruthWriter writer) {
    this.spaces = new TruthRows<>(writer, new BusinessHours());
    this.plans = new TruthRows<>(writer, new RentableHours());
  }

  @Override
  public String identity(Row row) {
    return SPACE + " " + row.text(SPACE) + " " + PLAN + " " + row.text(PLAN);
  }

  @Override
  public String identityColumn(Row row) {
    return row.text(SPACE).isEmpty() ? PLAN : SPACE;
  }

  @Override
  public void write(Handle handle, List<Row> rows, BatchResult result) {
    List<Row> ofSpaces = new ArrayList<>();
    List<Row> ofPlans = new ArrayList<>();
    for (Row row : rows) {
      boolean ofSpace = !row.text(SPACE).isEmpty();
      boolean ofPlan = !row.text(PLAN).isEmpty();
      if (ofSpace == ofPlan) {
        result.refuse(row, SPACE, "name either a space or a plan");
      } else {
        (ofSpace ? ofSpaces : ofPlans).add(row);
      }
    }
    spaces.write(handle, ofSpaces, result);
    plans.write(handle, ofPlans, result);
  }

  private static final class BusinessHours implements RowChange<Space> {
    @Override
    public TruthTable<Space> table() {
      return TruthTables.SPACES;
    }

    @Override
    public String keyColumn() {
      return SPACE;
    }

    @Override
    public String mainColumn() {
      return HOURS;
    }

    @Override
    public Space apply(Row row, @Nullable Space before) {
      Space space = RowChange.existing(this, row, before);
      return Revised.businessHours(space, WeeklyHours.parse(row.text(HOURS)));
    }
  }

  private static final class RentableHours implements RowChange<Plan> {
    @Override
    public TruthTable<Plan> table() {
      return TruthTables.PLANS;
    }

    @Override
    public String keyColumn() {
      return PLAN;
    }

    @Override
    public String mainColumn() {
      return HOURS;
    }

    @Override
    public Plan apply(Row row, @Nullable Plan before) {
      Plan plan = RowChange.existing(this, row, before);
      return Revised.rentableHours(plan, WeeklyHours.parse(row.text(HOURS)));
    }
  }
}
