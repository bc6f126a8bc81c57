package dev.ekiden.calendar.availability;

import dev.ekiden.calendar.availability.CalendarDay.PriceRun;
import dev.ekiden.calendar.availability.CalendarDay.ResourceDay;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * A calendar day as bytes and back: equal days have equal bytes, and bytes that no encoder wrote
 * are refused. Thread-safe.
 *
 * <p>Format, version 1; numbers are base-128 varints: version byte · date as day since 1970
 * (zigzag) · start minute less the date's UTC midnight (zigzag) · slot minutes ÷ 15 · slots ·
 * resources · per resource: units · per unit: ⌈slots ÷ 8⌉ bytes, lowest bit first · price runs ·
 * per run: slots, amount + 1 (0 is none). A day of one unit in quarter hours with three prices
 * takes 35 bytes.
 */
public final class CalendarDayCodec {

  private static final int VERSION = 1;
  private static final int SLOT_STEP_MINUTES = 15;
  private static final int MAXIMUM_OFFSET_MINUTES = 36 * 60;

  private CalendarDayCodec() {}

  public static byte[] encode(CalendarDay day) {
    long epochDay = day.date().toEpochDay();
    ByteWriter writer =
        new ByteWriter()
            .octet(VERSION)
            .signed(epochDay)
            .signed(day.startMinute() - epochDay * CalendarDay.MINUTES_PER_DAY)
            .number(day.slotMinutes() / SLOT_STEP_MINUTES)
            .number(day.slots())
            .number(day.resources().size());
    for (ResourceDay resource : day.resources()) {
      writer.number(resource.units().size());
      for (SlotBits unit : resource.units()) {
        for (int slot = 0; slot < day.slots(); slot += Byte.SIZE) {
          writer.octet(octet(unit, slot));
        }
      }
    }
    writer.number(day.prices().size());
    for (PriceRun run : day.prices()) {
      writer.number(run.slots()).number(run.amount() + 1);
    }
    return writer.toBytes();
  }

  /**
   * The day that {@link #encode} wrote.
   *
   * @throws CorruptCalendarException if the bytes are of another version or damaged
   */
  public static CalendarDay decode(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes);
    int version = reader.octet();
    if (version != VERSION) {
      throw reader.corrupt("has format version " + version + ", known is " + VERSION);
    }
    long epochDay = reader.signed();
    if (epochDay < LocalDate.MIN.toEpochDay() || epochDay > LocalDate.MAX.toEpochDay()) {
      throw reader.corrupt("has no possible date");
    }
    long offset = reader.signed();
    if (Math.abs(offset) > MAXIMUM_OFFSET_MINUTES) {
      throw reader.corrupt("starts " + offset + " minutes away from its date");
    }
    int slotMinutes = reader.number(1, 4, "a slot length") * SLOT_STEP_MINUTES;
    if (slotMinutes == 3 * SLOT_STEP_MINUTES) {
      throw reader.corrupt("has slots of 45 minutes, allowed are 15, 30 and 60");
    }
    int slots = reader.number(0, SlotBits.SIZE, "a slot count");
    int resourceCount = reader.number(1, CalendarDay.MAXIMUM_RESOURCES, "a resource count");
    List<ResourceDay> resources = new ArrayList<>(resourceCount);
    for (int resource = 0; resource < resourceCount; resource++) {
      resources.add(resource(reader, slots));
    }
    List<PriceRun> prices = prices(reader, slots);
    reader.end();
    return new CalendarDay(
        LocalDate.ofEpochDay(epochDay),
        epochDay * CalendarDay.MINUTES_PER_DAY + offset,
        slotMinutes,
        slots,
        resources,
        prices);
  }

  private static ResourceDay resource(ByteReader reader, int slots) {
    int unitCount = reader.number(1, CalendarDay.MAXIMUM_UNITS, "a unit count");
    List<SlotBits> units = new ArrayList<>(unitCount);
    for (int unit = 0; unit < unitCount; unit++) {
      units.add(unit(reader, slots));
    }
    return new ResourceDay(units);
  }

  private static SlotBits unit(ByteReader reader, int slots) {
    long low = 0;
    long high = 0;
    for (int slot = 0; slot < slots; slot += Byte.SIZE) {
      int octet = reader.octet();
      if (slots - slot < Byte.SIZE && octet >>> (slots - slot) != 0) {
        throw reader.corrupt("has free slots after the end of the day");
      }
      if (slot < Long.SIZE) {
        low |= (long) octet << slot;
      } else {
        high |= (long) octet << slot;
      }
    }
    return new SlotBits(low, high);
  }

  private static List<PriceRun> prices(ByteReader reader, int slots) {
    int count = reader.number(0, SlotBits.SIZE, "a price count");
    List<PriceRun> prices = new ArrayList<>(count);
    int rest = slots;
    long previous = Long.MIN_VALUE;
    for (int run = 0; run < count; run++) {
      int length = reader.number(1, Math.max(1, rest), "a price run");
      long amount = reader.number(0, (int) PriceTerms.MAXIMUM_AMOUNT + 1, "a price") - 1L;
      if (amount == previous) {
        throw reader.corrupt("has two equal prices in a row");
      }
      previous = amount;
      rest -= length;
      prices.add(new PriceRun(length, amount));
    }
    if (rest != 0) {
      throw reader.corrupt("has prices for another number of slots than the day's " + slots);
    }
    return prices;
  }

  /** Eight slots from the given one. */
  private static int octet(SlotBits bits, int slot) {
    long word = slot < Long.SIZE ? bits.low() : bits.high();
    return (int) (word >>> slot) & 0xFF;
  }
}
