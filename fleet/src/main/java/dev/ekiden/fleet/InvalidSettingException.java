package dev.ekiden.fleet;

/** A setting is not allowed; the message says which, what was wrong and what is allowed. */
public final class InvalidSettingException extends IllegalArgumentException {
  private final String setting;

  /**
   * @param setting the name of the setting, such as {@code max}
   * @param message the whole sentence, with that name
   */
  public InvalidSettingException(String setting, String message) {
    super(message);
    this.setting = setting;
  }

  /** The name of the setting. */
  public String setting() {
    return setting;
  }
}
