package dev.ekiden.fleet.control;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.Checks;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.fleet.cost.Size;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet is asked to be; may be changed at any time, and the controller goes by it within a
 * second. Workers that run keep the size, slots, grace and launcher they were started with.
 *
 * @param name 1 to {@value #MAX_NAME_LENGTH} lower-case letters, digits and dashes, beginning with
 *     a letter and not ending with a dash
 * @param enabled whether it keeps workers at all; those of one that is switched off finish what
 *     they have and end
 * @param queues what its workers serve, the first ones first
 * @param launcher where they run: {@code process}, {@code docker}
 * @param image what a container launcher runs; null for processes
 * @param settings how many, of which classes
 * @param size what each worker may have
 * @param grace how long a worker that must go may go on with what it runs
 * @param startTimeout a task that is no worker by then is stopped and counts as a failed placement
 * @param prices names of the {@link PriceList} by class; a class that is missing costs nothing
 * @param reclaims makes the class spot of this machine be taken away at random; null for never
 */
public record FleetSpec(
    String name,
    boolean enabled,
    List<String> queues,
    String launcher,
    @Nullable String image,
    FleetSettings settings,
    Size size,
    Duration grace,
    Duration startTimeout,
    SortedMap<CapacityClass, String> prices,
    @Nullable Reclaims reclaims) {
  /** Longest name, in characters. */
  public static final int MAX_NAME_LENGTH = 30;

  /** Most queues of a fleet. */
  public static final int MAX_QUEUES = 100;

  /** Longest grace. */
  public static final Duration MAX_GRACE = Duration.ofHours(1);

  /** Shortest time to become a worker in. */
  public static final Duration MIN_START_TIMEOUT = Duration.ofSeconds(1);

  /** Longest time to become a worker in. */
  public static final Duration MAX_START_TIMEOUT = Duration.ofHours(1);

  /** Least memory of a worker, in MiB. */
  public static final int MIN_MEMORY_MIB = 128;

  /** The launcher of a fleet that names none. */
  public static final String PROCESS = "process";

  /** One vCPU and 1 GiB. */
  public static final Size DEFAULT_SIZE = Size.of(1, 1_024);

  /** 30 s, which is what Amazon ECS gives, too. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

  /** 2 min, enough for the download of an image. */
  public static final Duration DEFAULT_START_TIMEOUT = Duration.ofMinutes(2);

  private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");

  public FleetSpec {
    checkName(name);
    queues = List.copyOf(queues);
    Checks.range("number of queues", queues.size(), 1, MAX_QUEUES);
    if (new HashSet<>(queues).size() < queues.size()) {
      throw new InvalidSettingException("queues", "queues must name each queue once");
    }
    if (launcher.isBlank()) {
      throw Checks.refuse("launcher", "the name of a launcher", "empty");
    }
    if (launcher.equals(PROCESS) && image != null) {
      throw new InvalidSettingException(
          "image", "image is for launchers of containers; the launcher process runs this program");
    }
    if (!launcher.equals(PROCESS) && image == null) {
      throw new InvalidSettingException(
          "image", "image is required by the launcher " + launcher + ": what its containers run");
    }
    Checks.range("memory-mib", size.memoryMib(), MIN_MEMORY_MIB, Size.MAX_MEMORY_MIB);
    Checks.range("grace", grace, Duration.ZERO, MAX_GRACE);
    Checks.range("start-timeout", startTimeout, MIN_START_TIMEOUT, MAX_START_TIMEOUT);
    prices = Collections.unmodifiableSortedMap(new TreeMap<>(prices));
    PriceList known = PriceList.shipped();
    prices.values().forEach(known::named);
    if (reclaims != null && !launcher.equals(PROCESS)) {
      throw new InvalidSettingException(
          "reclaims", "reclaims simulates spot on the launcher process, not on " + launcher);
    }
  }

  /** A fleet of processes of this machine with defaults. */
  public static FleetSpec of(String name, List<String> queues, FleetSettings settings) {
    return new FleetSpec(
        name,
        true,
        queues,
        PROCESS,
        null,
        settings,
        DEFAULT_SIZE,
        DEFAULT_GRACE,
        DEFAULT_START_TIMEOUT,
        new TreeMap<>(Map.of()),
        null);
  }

  public FleetSpec withEnabled(boolean value) {
    return new FleetSpec(
        name,
        value,
        queues,
        launcher,
        image,
        settings,
        size,
        grace,
        startTimeout,
        prices,
        reclaims);
  }

  public FleetSpec withSettings(FleetSettings value) {
    return new FleetSpec(
        name, enabled, queues, launcher, image, value, size, grace, startTimeout, prices, reclaims);
  }

  public FleetSpec withGrace(Duration value) {
    return new FleetSpec(
        name,
        enabled,
        queues,
        launcher,
        image,
        settings,
        size,
        value,
        startTimeout,
        prices,
        reclaims);
  }

  public FleetSpec withStartTimeout(Duration value) {
    return new FleetSpec(
        name, enabled, queues, launcher, image, settings, size, grace, value, prices, reclaims);
  }

  public FleetSpec withPrices(Map<CapacityClass, String> value) {
    return new FleetSpec(
        name,
        enabled,
        queues,
        launcher,
        image,
        settings,
        size,
        grace,
        startTimeout,
        new TreeMap<>(value),
        reclaims);
  }

  public FleetSpec withReclaims(@Nullable Reclaims value) {
    return new FleetSpec(
        name, enabled, queues, launcher, image, settings, size, grace, startTimeout, prices, value);
  }

  /**
   * The name, if it may name a fleet.
   *
   * @throws InvalidSettingException if not
   */
  public static String checkName(String name) {
    if (name.length() > MAX_NAME_LENGTH || !NAME.matcher(name).matches()) {
      throw Checks.refuse(
          "name",
          "1 to %d lower-case letters, digits and dashes, beginning with a letter and not ending"
                  .formatted(MAX_NAME_LENGTH)
              + " with a dash",
          "'" + name + "'");
    }
    return name;
  }
}
