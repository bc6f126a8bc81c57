package dev.ekiden.calendar.sample;

/** The kinds of space, each with the hours it usually keeps and what it costs. */
enum SpaceKind {
  PARTY_ROOM(
      "パーティールーム", "mon-thu 10:00-23:00; fri,sat 10:00-29:00; sun,hol 10:00-23:00", 3_200, 1, 20),
  MEETING_ROOM("会議室", "mon-fri 08:00-22:00; sat,sun,hol 09:00-20:00", 1_800, 1, 8),
  PHOTO_STUDIO("撮影スタジオ", "mon-sun,hol 07:00-24:00", 4_500, 1, 10),
  DANCE_STUDIO("ダンススタジオ", "mon-sun,hol 00:00-24:00", 1_500, 1, 15),
  COWORKING("コワーキングデスク", "mon-fri 07:30-22:30; sat 09:00-18:00", 500, 8, 1),
  KITCHEN("キッチンスタジオ", "mon,wed-fri 10:00-14:00,15:00-22:00; sat,sun,hol 10:00-22:00", 2_800, 1, 12),
  TATAMI_ROOM("和室", "tue-sun,hol 09:30-21:30", 1_200, 2, 6),
  REHEARSAL_ROOM("音楽スタジオ", "mon-sun 10:00-28:00", 2_000, 1, 5);

  private final String title;
  private final String hours;
  private final int yenPerHour;
  private final int mostUnits;
  private final int people;

  SpaceKind(String title, String hours, int yenPerHour, int mostUnits, int people) {
    this.title = title;
    this.hours = hours;
    this.yenPerHour = yenPerHour;
    this.mostUnits = mostUnits;
    this.people = people;
  }

  String title() {
    return title;
  }

  String hours() {
    return hours;
  }

  int yenPerHour() {
    return yenPerHour;
  }

  int mostUnits() {
    return mostUnits;
  }

  /** How many people a space of this kind holds in the middle; a desk is for one. */
  int people() {
    return people;
  }
}
