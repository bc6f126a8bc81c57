package dev.ekiden.calendar.sample;

/**
 * The kinds of plan that a space offers: unit, lengths, hours and price in percent of the space's.
 */
enum PlanKind {
  HOURLY("1時間プラン", 60, 60, 60, 720, "", 100),
  HALF_HOURLY("30分単位プラン", 30, 30, 60, 480, "", 110),
  QUARTER_HOURLY("15分単位プラン", 15, 15, 30, 240, "", 120),
  MEETING("会議プラン", 30, 30, 60, 300, "mon-fri 09:00-18:00", 90),
  MORNING("朝活プラン", 30, 30, 60, 180, "mon-sun 07:00-12:00", 70),
  WEEKEND("週末パーティープラン", 60, 30, 180, 720, "sat,sun,hol 00:00-24:00", 130),
  NIGHT("深夜パック", 60, 60, 120, 600, "mon-sun 20:00-30:00", 60),
  PHOTO("撮影プラン", 60, 60, 120, 600, "mon-sun 08:00-20:00", 150),
  LESSON("レッスンプラン", 15, 30, 45, 180, "", 95),
  LONG("長時間プラン", 60, 120, 480, 1_440, "", 75);

  private final String title;
  private final int unitMinutes;
  private final int alignmentMinutes;
  private final int minimumMinutes;
  private final int maximumMinutes;
  private final String rentableHours;
  private final int percent;

  PlanKind(
      String title,
      int unitMinutes,
      int alignmentMinutes,
      int minimumMinutes,
      int maximumMinutes,
      String rentableHours,
      int percent) {
    this.title = title;
    this.unitMinutes = unitMinutes;
    this.alignmentMinutes = alignmentMinutes;
    this.minimumMinutes = minimumMinutes;
    this.maximumMinutes = maximumMinutes;
    this.rentableHours = rentableHours;
    this.percent = percent;
  }

  String title() {
    return title;
  }

  int unitMinutes() {
    return unitMinutes;
  }

  int alignmentMinutes() {
    return alignmentMinutes;
  }

  int minimumMinutes() {
    return minimumMinutes;
  }

  int maximumMinutes() {
    return maximumMinutes;
  }

  String rentableHours() {
    return rentableHours;
  }

  int percent() {
    return percent;
  }
}
