package dev.ekiden.testkit.browser;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PageAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Playwright's assertions, which hold as soon as the page is so. Playwright's own look again after
 * 0.1, 0.25, 0.5 and then each whole second, and a test that has many of them mostly waits.
 */
public final class Soon {
  /** How long a page may take to be what is asserted. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final double PAUSE_MILLIS = 15;

  static {
    // Each is asked once: asking again is done here.
    PlaywrightAssertions.setDefaultAssertionTimeout(1);
  }

  private Soon() {}

  /** Of a part of a page. */
  public static LocatorAssertions assertThat(Locator locator) {
    return again(LocatorAssertions.class, PlaywrightAssertions.assertThat(locator), locator.page());
  }

  /** Of a page as a whole. */
  public static PageAssertions assertThat(Page page) {
    return again(PageAssertions.class, PlaywrightAssertions.assertThat(page), page);
  }

  private static <T> T again(Class<T> type, T assertions, Page page) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                method.getName().equals("not")
                    ? again(type, type.cast(method.invoke(assertions)), page)
                    : ask(assertions, method, arguments, page)));
  }

  private static @Nullable Object ask(
      Object assertions, Method method, Object @Nullable [] arguments, Page page) throws Throwable {
    long begun = System.nanoTime();
    while (true) {
      try {
        return method.invoke(assertions, arguments);
      } catch (InvocationTargetException e) {
        Throwable cause = e.getCause();
        if (!(cause instanceof AssertionError) || System.nanoTime() - begun > PATIENCE.toNanos()) {
          throw cause == null ? e : cause;
        }
      }
      page.waitForTimeout(PAUSE_MILLIS);
    }
  }
}
