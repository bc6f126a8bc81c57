package dev.ekiden.fleet.control;

import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.launch.Launcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The launchers that a server has, by name. Immutable; does not close them.
 *
 * @param located each with the place where its tasks are
 */
public record Launchers(Map<String, Located> located) {
  /**
   * A launcher and where it is.
   *
   * @param place the same for all servers whose launchers of this kind see the same tasks, and for
   *     no others: tasks of another place are judged by their workers alone
   * @param hindrance why no worker can live there, as a sentence; empty if one can
   */
  public record Located(String place, Launcher launcher, Optional<String> hindrance) {

    /** A place where workers can live. */
    public Located(String place, Launcher launcher) {
      this(place, launcher, Optional.empty());
    }
  }

  public Launchers {
    located = Map.copyOf(located);
  }

  /** These launchers. */
  public static Launchers of(List<Located> all) {
    Map<String, Located> located = new LinkedHashMap<>();
    all.forEach(one -> located.put(one.launcher().name(), one));
    return new Launchers(located);
  }

  public Optional<Located> named(String name) {
    return Optional.ofNullable(located.get(name));
  }

  /**
   * Refuses a fleet whose launcher there is not, or where its workers could not live.
   *
   * @throws InvalidSettingException naming those there are, or saying what hinders
   */
  public void check(FleetSpec spec) {
    if (!located.containsKey(spec.launcher())) {
      throw Checks.refuse(
          "launcher",
          "one of " + String.join(", ", located.keySet().stream().sorted().toList()),
          "'" + spec.launcher() + "'");
    }
    Optional<String> hindrance = located.get(spec.launcher()).hindrance();
    if (spec.enabled() && hindrance.isPresent()) {
      throw new InvalidSettingException("launcher", hindrance.get());
    }
  }
}
