package dev.ekiden.testkit.browser;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.List;

/** How somebody looks at a page: on what screen, in which theme, language and zone. */
public record View(int width, int height, ColorScheme theme, String locale, String zone) {
  /** A wide window, light, English, in Tokyo. */
  public static final View DESK = new View(1_360, 860, ColorScheme.LIGHT, "en", "Asia/Tokyo");

  public View sized(int newWidth, int newHeight) {
    return new View(newWidth, newHeight, theme, locale, zone);
  }

  public View dark() {
    return new View(width, height, ColorScheme.DARK, locale, zone);
  }

  public View speaking(String newLocale) {
    return new View(width, height, theme, newLocale, zone);
  }

  public View in(String newZone) {
    return new View(width, height, theme, locale, newZone);
  }

  /** All that a profile of the browser is, which has no size. */
  View unsized() {
    return sized(0, 0);
  }

  NewContextOptions profile() {
    return new NewContextOptions()
        .setColorScheme(theme)
        .setReducedMotion(ReducedMotion.REDUCE)
        .setLocale(locale)
        .setTimezoneId(zone)
        .setPermissions(List.of("clipboard-read", "clipboard-write"));
  }
}
