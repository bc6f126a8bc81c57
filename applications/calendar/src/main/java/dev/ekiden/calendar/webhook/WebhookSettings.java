package dev.ekiden.calendar.webhook;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What the environment of a process says about webhooks. Secrets are read when they are needed and
 * never kept or logged.
 */
public final class WebhookSettings {

  /**
   * Names of variables with secrets begin like this, so that no other variable can be asked for.
   */
  public static final String SECRET_PREFIX = "CALENDAR_WEBHOOK_SECRET";

  /** {@code true} allows http and addresses of this machine and of private networks. */
  public static final String ALLOW_PRIVATE = "CALENDAR_WEBHOOK_ALLOW_PRIVATE";

  /** The shortest secret, in characters. */
  public static final int MINIMUM_SECRET_LENGTH = 16;

  private static final Pattern NAME = Pattern.compile(SECRET_PREFIX + "[A-Z0-9_]{0,60}");

  private final Function<String, Optional<String>> variables;

  public WebhookSettings(Function<String, Optional<String>> variables) {
    this.variables = variables;
  }

  /** Of this process. */
  public static WebhookSettings ofEnvironment() {
    return new WebhookSettings(name -> Optional.ofNullable(System.getenv(name)));
  }

  boolean allowsPrivate() {
    return variables.apply(ALLOW_PRIVATE).map("true"::equals).orElse(false);
  }

  static boolean isName(String variable) {
    return NAME.matcher(variable).matches();
  }

  /** The secret, if the variable is set and long enough. */
  Optional<String> secret(String variable) {
    return variables.apply(variable).filter(secret -> secret.length() >= MINIMUM_SECRET_LENGTH);
  }

  /** Never a secret. */
  @Override
  public String toString() {
    return "WebhookSettings[hidden]";
  }
}
