package dev.ekiden.calendar.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;

/** Who looks at the page: in which language, from where, with what. */
record Person(String locale, String zone, ColorScheme theme, int width, int height) {

  static final Person ON_A_PHONE = new Person("ja-JP", "Asia/Tokyo", ColorScheme.LIGHT, 390, 844);
  static final Person AT_A_DESK = ON_A_PHONE.sized(1_280, 900);

  Person sized(int newWidth, int newHeight) {
    return new Person(locale, zone, theme, newWidth, newHeight);
  }

  Person likes(ColorScheme newTheme) {
    return new Person(locale, zone, newTheme, width, height);
  }

  Person english() {
    return new Person("en-US", zone, theme, width, height);
  }

  Person in(String newZone) {
    return new Person(locale, newZone, theme, width, height);
  }

  /** All that a browser is, but for its size. */
  Person unsized() {
    return sized(0, 0);
  }

  Browser.NewContextOptions browser() {
    return new Browser.NewContextOptions()
        .setLocale(locale)
        .setTimezoneId(zone)
        .setColorScheme(theme)
        .setReducedMotion(ReducedMotion.REDUCE);
  }
}
