package dev.ekiden.server.process;

import dev.ekiden.launch.Network;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.config.Setting;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether workers that live elsewhere could reach the database, as far as its address tells.
 *
 * @param loopback whether every host of it is one's own machine
 * @param hasPassword whether its user needs one
 */
record WorkerReach(boolean loopback, boolean hasPassword) {
  private static final Pattern HOSTS = Pattern.compile("jdbc:postgresql://([^/?]*).*");
  private static final Pattern PORT = Pattern.compile(":[0-9]*$");
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127(\\.[0-9]+){3}|\\[?(::1|0:0:0:0:0:0:0:1)]?)?");

  static WorkerReach of(DatabaseAddress database) {
    return new WorkerReach(isLoopback(database.url()), !database.password().isEmpty());
  }

  /** Why workers in containers of an engine cannot live, if so. */
  Optional<String> hindranceInDocker(URI engine, Network network) {
    if (!loopback) {
      return Optional.empty();
    }
    boolean here = !"tcp".equals(engine.getScheme()) || isLoopbackHost(engine.getHost());
    if (!here) {
      return Optional.of(
          "the Docker Engine %s may be another machine, and the database answers on this one alone: %s"
              .formatted(engine, remedy()));
    }
    return network instanceof Network.Host
        ? Optional.empty()
        : Optional.of(
            "the database answers on this machine alone, so workers in Docker need its network: set docker.network to host in %s, or %s"
                .formatted(Setting.LAUNCHERS.variable(), remedy()));
  }

  /** Why workers of a cluster cannot live, if so. */
  Optional<String> hindranceElsewhere(String launcher) {
    return loopback
        ? Optional.of(
            "workers of the launcher %s run on other machines, and the database answers on this one alone: %s"
                .formatted(launcher, remedy()))
        : Optional.empty();
  }

  /** Why workers that take only a reference to the password cannot live, if so. */
  Optional<String> hindranceByPassword(Optional<String> reference) {
    return hasPassword && reference.isEmpty()
        ? Optional.of(
            "Amazon ECS gives secrets by reference alone: name the ARN of the database's password in %s, ecs.database-password"
                .formatted(Setting.LAUNCHERS.variable()))
        : Optional.empty();
  }

  private static String remedy() {
    return "set %s to an address that workers reach, too"
        .formatted(Setting.DATABASE_URL.variable());
  }

  private static boolean isLoopback(String url) {
    Matcher matcher = HOSTS.matcher(url);
    List<String> hosts =
        matcher.matches() ? Arrays.asList(matcher.group(1).split(",", -1)) : List.of("");
    return hosts.stream().allMatch(host -> isLoopbackHost(PORT.matcher(host).replaceFirst("")));
  }

  private static boolean isLoopbackHost(String host) {
    return LOOPBACK.matcher(host).matches();
  }
}
