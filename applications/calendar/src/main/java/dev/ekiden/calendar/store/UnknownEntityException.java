package dev.ekiden.calendar.store;

/** Something was asked of a venue, space or plan that does not exist. */
public final class UnknownEntityException extends RuntimeException {

  private final String entity;
  private final String key;

  public UnknownEntityException(String entity, Object key) {
    super("There is no " + entity + " " + key);
    this.entity = entity;
    this.key = key.toString();
  }

  /** {@code venue}, {@code space} or {@code plan}. */
  public String entity() {
    return entity;
  }

  /** The id or code that was asked for. */
  public String key() {
    return key;
  }
}
