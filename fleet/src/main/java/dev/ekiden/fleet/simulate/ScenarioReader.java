package dev.ekiden.fleet.simulate;

import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.CapacityMix;
import dev.ekiden.fleet.FleetFields;
import dev.ekiden.fleet.FleetSettings;
import dev.ekiden.fleet.PlacementBackoff;
import dev.ekiden.fleet.ScalingPolicy;
import dev.ekiden.fleet.ScalingPolicy.Fixed;
import dev.ekiden.fleet.ScalingPolicy.Goal;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.cost.PriceList;
import dev.ekiden.fleet.cost.Size;
import dev.ekiden.fleet.cost.StartUp;
import dev.ekiden.fleet.simulate.Operation.Loop;
import dev.ekiden.fleet.simulate.Operation.OwnTask;
import dev.ekiden.fleet.simulate.Operation.Scaled;
import dev.ekiden.fleet.yaml.YamlDocument;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.fleet.yaml.YamlMap;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads scenarios. A mistake is told with file, line, field and what is allowed. */
public final class ScenarioReader {
  private static final Goal DEFAULT_GOAL = Goal.parse("95% start within 5s");
  private static final double DEFAULT_SPREAD = 0.15;

  private final YamlMap document;
  private final @Nullable Path directory;
  private PriceList prices = PriceList.shipped();

  private ScenarioReader(YamlMap document, @Nullable Path directory) {
    this.document = document;
    this.directory = directory;
  }

  /**
   * Reads a file; a {@code history} in it is looked for beside it.
   *
   * @throws YamlException saying what is wrong
   */
  public static Scenario read(Path file) throws IOException {
    String name = file.getFileName().toString();
    try {
      return parse(name, Files.readString(file), file.toAbsolutePath().getParent());
    } catch (CharacterCodingException e) {
      throw new YamlException(name, 1, "is not UTF-8 text");
    }
  }

  /**
   * Reads a text.
   *
   * @param file named in messages
   * @throws YamlException saying what is wrong
   */
  public static Scenario parse(String file, String text) throws IOException {
    return parse(file, text, null);
  }

  private static Scenario parse(String file, String text, @Nullable Path directory)
      throws IOException {
    return new ScenarioReader(YamlDocument.parse(file, text).map(), directory).scenario();
  }

  private Scenario scenario() throws IOException {
    if (document.has("prices")) {
      for (YamlMap entry : document.maps("prices")) {
        prices = prices.with(PriceList.read(entry));
      }
    }
    String title = document.text("title");
    String about = document.text("about", "");
    long seed = document.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE, 1);
    Goal goal = document.has("goal") ? (Goal) FleetFields.policy(document, "goal") : DEFAULT_GOAL;
    Integer limit =
        document.has("limit") ? (Integer) (int) document.integer("limit", 1, 1_000_000) : null;
    History history = history();
    List<JobKind> jobs =
        history == null
            ? document.maps("jobs").stream().map(ScenarioReader::job).toList()
            : List.of();
    Duration length = history == null ? document.time("length") : history.length();
    Map<CapacityClass, CapacityModel> classes = classes(document.map("classes"));
    List<Operation> operations = operations(classes);
    List<Claim> claims = claims(operations, jobs);
    document.end();
    return document.checked(() ->
        new Scenario(
            title, about, seed, length, goal, limit, jobs, history, classes, operations, claims));
  }

  private @Nullable History history() throws IOException {
    if (!document.has("history")) {
      return null;
    }
    if (document.has("jobs")) {
      throw document.mistake("history", "and jobs cannot both be there");
    }
    String name = document.text("history");
    Path file = directory == null ? Path.of(name) : directory.resolve(name);
    if (!Files.isReadable(file)) {
      throw document.mistake("history", "must be a file that can be read, not '" + file + "'");
    }
    return History.read(file);
  }

  private static JobKind job(YamlMap map) {
    String name = map.text("name", "job");
    int priority = (int) map.integer("priority", 0, JobKind.MAX_PRIORITY, 5);
    Arrivals arrivals = arrivals(map.map("arrivals"));
    RunTime runTime = runTime(map.map("run-time"));
    double fails = map.number("fails", 0, 0.99, 0);
    int attempts = (int) map.integer("attempts", 1, JobKind.MAX_ATTEMPTS, 3);
    Duration retryAfter = map.time("retry-after", Duration.ofSeconds(10));
    map.end();
    return map.checked(
        () -> new JobKind(name, priority, arrivals, runTime, fails, attempts, retryAfter));
  }

  private static Arrivals arrivals(YamlMap map) {
    String kind = FleetFields.only(map, "poisson", "daily", "bursts");
    return switch (kind) {
      case "poisson" -> {
        double perSecond = rate(map, "poisson");
        map.end();
        yield map.checked(() -> new Arrivals.Poisson(perSecond));
      }
      case "daily" -> {
        map.end();
        YamlMap daily = map.map("daily");
        double low = rate(daily, "low");
        double high = rate(daily, "high");
        Duration peak = daily.time("peak", Duration.ofHours(14));
        daily.end();
        yield daily.checked(() -> new Arrivals.Daily(low, high, peak));
      }
      default -> {
        map.end();
        YamlMap bursts = map.map("bursts");
        Duration first = bursts.time("first", Duration.ZERO);
        Duration every = bursts.time("every", Duration.ZERO);
        int jobs = (int) bursts.integer("jobs", 1, Arrivals.Bursts.MAX_JOBS);
        Duration over = bursts.time("over", Duration.ZERO);
        bursts.end();
        yield bursts.checked(() -> new Arrivals.Bursts(first, every, jobs, over));
      }
    };
  }

  private static RunTime runTime(YamlMap map) {
    String kind = FleetFields.only(map, "fixed", "exponential", "uniform", "lognormal");
    return switch (kind) {
      case "fixed" -> {
        double seconds = seconds(map, "fixed");
        map.end();
        yield map.checked(() -> new RunTime.Fixed(seconds));
      }
      case "exponential" -> {
        double seconds = seconds(map, "exponential");
        map.end();
        yield map.checked(() -> new RunTime.Exponential(seconds));
      }
      case "uniform" -> {
        map.end();
        YamlMap uniform = map.map("uniform");
        double from = seconds(uniform, "from");
        double to = seconds(uniform, "to");
        uniform.end();
        yield uniform.checked(() -> new RunTime.Uniform(from, to));
      }
      default -> {
        double mean = seconds(map, "lognormal");
        double variation = map.number("variation", 0, 1_000, 1);
        double longest = map.has("longest") ? seconds(map, "longest") : Math.max(1, mean) * 1_000;
        map.end();
        yield map.checked(() -> new RunTime.LogNormal(mean, variation, longest));
      }
    };
  }

  private Map<CapacityClass, CapacityModel> classes(YamlMap map) {
    Map<CapacityClass, CapacityModel> classes = new LinkedHashMap<>();
    for (String name : map.names()) {
      YamlMap entry = map.map(name);
      CapacityClass capacityClass = map.checked(() -> new CapacityClass(name));
      double vcpus = entry.number("vcpus", 0.001, 1_000, 1);
      int memory = (int) entry.integer("memory-mib", 1, Size.MAX_MEMORY_MIB, 2_048);
      String price = entry.text("price", "free");
      StartUp startUp = entry.has("start-up") ? startUp(entry.map("start-up")) : StartUp.NONE;
      double spread = entry.number("spread", 0, 1, DEFAULT_SPREAD);
      double speed = entry.number("speed", 0.01, 100, 1);
      double reclaims =
          entry.number("reclaims-per-hour", 0, CapacityModel.MAX_RECLAIMS_PER_HOUR, 0);
      Duration notice = entry.time("notice", Duration.ofSeconds(30));
      double failedStarts = entry.number("failed-starts", 0, 1, 0);
      entry.end();
      classes.put(
          capacityClass,
          entry.checked(() ->
              new CapacityModel(
                  capacityClass,
                  prices.named(price),
                  Size.of(vcpus, memory),
                  startUp,
                  spread,
                  speed,
                  reclaims,
                  notice,
                  failedStarts)));
    }
    return classes;
  }

  private static StartUp startUp(YamlMap map) {
    if (map.has("fargate-image-mib")) {
      int image = (int) map.integer("fargate-image-mib", 0, 200_000);
      map.end();
      return map.checked(() -> StartUp.ofFargate(image));
    }
    Duration placing = map.time("placing", Duration.ZERO);
    Duration image = map.time("image", Duration.ZERO);
    Duration program = map.time("program", Duration.ZERO);
    map.end();
    return map.checked(() -> new StartUp(placing, image, program));
  }

  private List<Operation> operations(Map<CapacityClass, CapacityModel> classes) {
    List<Operation> operations = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (YamlMap map : document.maps("fleets")) {
      Operation operation = operation(map, classes);
      if (!names.add(operation.name())) {
        throw map.mistake("name", "is that of another fleet: '" + operation.name() + "'");
      }
      operations.add(operation);
    }
    return operations;
  }

  private static Operation operation(YamlMap map, Map<CapacityClass, CapacityModel> classes) {
    String name = map.text("name");
    String kind = FleetFields.only(map, "fixed", "steps", "goal", "task-per-job", "loop");
    CapacityMix mix = FleetFields.mix(map, classes.keySet());
    return switch (kind) {
      case "task-per-job" -> {
        YamlMap task = map.map("task-per-job");
        int warm = (int) task.integer("warm", 0, FleetSettings.MAX_WORKERS, 0);
        int max = (int) task.integer("max", 1, FleetSettings.MAX_WORKERS, 1_000);
        task.end();
        map.end();
        yield task.checked(() -> new OwnTask(name, mix, warm, max));
      }
      case "loop" -> {
        YamlMap loop = map.map("loop");
        int workers = (int) loop.integer("workers", 1, FleetSettings.MAX_WORKERS, 1);
        int slots = (int) loop.integer("slots", 1, FleetSettings.MAX_SLOTS, 1);
        Duration rest = loop.time("rest");
        loop.end();
        map.end();
        yield loop.checked(() -> new Loop(name, mix, workers, slots, rest));
      }
      default -> scaled(map, name, FleetFields.policy(map, kind), mix);
    };
  }

  private static Operation scaled(YamlMap map, String name, ScalingPolicy policy, CapacityMix mix) {
    int fixed = policy instanceof Fixed(int workers) ? workers : 0;
    int min = (int) map.integer("min", 0, FleetSettings.MAX_WORKERS, fixed);
    int max =
        (int)
            map.integer(
                "max",
                1,
                FleetSettings.MAX_WORKERS,
                Math.max(1, Math.max(min, fixed == 0 ? 100 : fixed)));
    int slots = (int) map.integer("slots", 1, FleetSettings.MAX_SLOTS, 1);
    int begin = (int) map.integer("begin", 0, FleetSettings.MAX_WORKERS, Math.max(min, fixed));
    Duration scaleInAfter = map.time("scale-in-after", FleetSettings.DEFAULT_SCALE_IN_AFTER);
    Duration lookEvery = map.time("look-every", FleetSettings.DEFAULT_LOOK_EVERY);
    map.end();
    return map.checked(() ->
        new Scaled(
            name,
            new FleetSettings(
                min, max, slots, policy, mix, scaleInAfter, PlacementBackoff.DEFAULT, lookEvery),
            begin));
  }

  private List<Claim> claims(List<Operation> operations, List<JobKind> jobs) {
    if (!document.has("reproduces")) {
      return List.of();
    }
    List<String> names = operations.stream().map(Operation::name).toList();
    List<String> kinds = jobs.stream().map(JobKind::name).toList();
    return document.maps("reproduces").stream().map(map -> claim(map, names, kinds)).toList();
  }

  private static Claim claim(YamlMap map, List<String> names, List<String> kinds) {
    String told = map.text("told");
    String assumes = map.text("assumes");
    Claim.Measure measure = map.read("measure", ScenarioReader::measure, "one of " + measures());
    String of = oneOf(map, "of", names);
    String kind = map.has("jobs") ? oneOf(map, "jobs", kinds) : null;
    String against = map.has("against") ? oneOf(map, "against", names) : null;
    double from = amount(map, "from");
    double to = amount(map, "to");
    map.end();
    return map.checked(() -> new Claim(told, assumes, measure, of, kind, against, from, to));
  }

  private static String oneOf(YamlMap map, String key, List<String> names) {
    return map.read(key, name -> known(name, names), "one of " + String.join(", ", names));
  }

  private static Claim.Measure measure(String text) {
    return Claim.Measure.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static String measures() {
    return Arrays.stream(Claim.Measure.values())
        .map(measure -> measure.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .collect(java.util.stream.Collectors.joining(", "));
  }

  private static String known(String name, List<String> names) {
    if (!names.contains(name)) {
      throw new IllegalArgumentException();
    }
    return name;
  }

  private static double amount(YamlMap map, String key) {
    return map.read(
        key,
        text ->
            Character.isLetter(text.charAt(text.length() - 1))
                ? Times.seconds(Times.parse(text))
                : Double.parseDouble(text),
        "a number or a time");
  }

  private static double seconds(YamlMap map, String key) {
    return Times.seconds(map.time(key));
  }

  /** {@code 5/s}, {@code 300/m}, {@code 40/h} or {@code 100/d}. */
  private static double rate(YamlMap map, String key) {
    return map.read(
        key,
        text -> {
          String[] parts = text.split("/", 2);
          double count = Double.parseDouble(parts[0].strip());
          return count
              / switch (parts[1].strip()) {
                case "s" -> 1;
                case "m" -> 60;
                case "h" -> 3_600;
                case "d" -> 86_400;
                default -> throw new IllegalArgumentException();
              };
        },
        "a rate such as 5/s, 300/m, 40/h or 100/d");
  }
}
