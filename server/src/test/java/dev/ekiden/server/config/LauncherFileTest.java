package dev.ekiden.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.docker.DockerOptions;
import dev.ekiden.launch.ecs.EcsOptions;
import dev.ekiden.launch.ecs.EcsOptions.Architecture;
import dev.ekiden.launch.ecs.VpcNetwork;
import dev.ekiden.launch.kubernetes.KubernetesOptions;
import dev.ekiden.launch.kubernetes.NodePool;
import dev.ekiden.launch.kubernetes.Taint;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class LauncherFileTest {
  private static final URI USUAL = URI.create("unix:///var/run/docker.sock");
  private static final String ROLE = "arn:aws:iam::111122223333:role/ekiden-execution";
  private static final String SECRET =
      "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ekiden";
  private static final String ECS =
      """
      ecs:
        region: eu-central-1
        cluster: ekiden
        execution-role: %s
        subnets: [subnet-1, subnet-2]
      """
          .formatted(ROLE);

  private static LauncherSettings parse(String text) {
    return LauncherFile.parse("launchers.yaml", text);
  }

  @Test
  void whatIsNotSaidIsAsTheLaunchersHaveIt() {
    assertThat(parse("{}")).isEqualTo(LauncherSettings.NONE);
    LauncherSettings settings = parse("docker: {}\nkubernetes: {namespace: tasks}\n" + ECS);
    assertThat(settings.docker().orElseThrow().options("me", USUAL))
        .isEqualTo(DockerOptions.of("me").withEngine(USUAL));
    assertThat(settings.docker().orElseThrow().network()).isEqualTo(Network.host());
    assertThat(settings.kubernetes().orElseThrow().options("me"))
        .isEqualTo(KubernetesOptions.of("me", "tasks"));
    assertThat(settings.kubernetes().orElseThrow().network()).isEqualTo(Network.host());
    assertThat(settings.ecs().orElseThrow().options("me"))
        .isEqualTo(
            EcsOptions.of(
                "me",
                "eu-central-1",
                "ekiden",
                new VpcNetwork(List.of("subnet-1", "subnet-2"), List.of(), false),
                ROLE));
    assertThat(settings.ecs().orElseThrow().databasePassword()).isEmpty();
  }

  @Test
  void everythingMayBeSaid() {
    LauncherSettings settings =
        parse(
            """
            docker: {engine: "tcp://builder:2375", network: backend, user: 1, group: 65535, temporary-mib: 65536}
            kubernetes:
              namespace: tasks
              context: production
              network: database
              classes:
                on-demand: {}
                spot: {selector: {karpenter.sh/capacity-type: spot}, tolerates: ["spot=true:NoSchedule"]}
              pull-secrets: [registry]
              user: 65535
              group: 1
              temporary-mib: 1
              keep-ended: 10m
            """
                + ECS
                + """
                  security-groups: [sg-1]
                  public-ip: true
                  networks:
                    database: {subnets: [subnet-3], security-groups: [sg-2]}
                  network: database
                  providers: {on-demand: FARGATE, mine: my-provider}
                  task-role: arn:aws:iam::111122223333:role/task
                  log-group: /logs
                  architecture: arm64
                  user: 20001
                  temporary-mib: 256
                  database-password: %s
                  endpoint: http://localhost:4566
                """
                    .formatted(SECRET));
    LauncherSettings.Docker docker = settings.docker().orElseThrow();
    assertThat(docker.options("me", USUAL))
        .isEqualTo(
            DockerOptions.of("me")
                .withEngine(URI.create("tcp://builder:2375"))
                .withUser(1, 65_535)
                .withTemporaryMib(65_536));
    assertThat(docker.network()).isEqualTo(Network.named("backend"));
    LauncherSettings.Kubernetes kubernetes = settings.kubernetes().orElseThrow();
    assertThat(kubernetes.network()).isEqualTo(Network.named("database"));
    assertThat(kubernetes.options("me"))
        .isEqualTo(
            KubernetesOptions.of("me", "tasks")
                .withContext("production")
                .withClass(
                    "spot",
                    NodePool.of(
                        Map.of("karpenter.sh/capacity-type", "spot"),
                        Taint.of("spot=true:NoSchedule")))
                .withImagePullSecrets(List.of("registry"))
                .withUser(65_535, 1)
                .withTemporaryMib(1)
                .withKeepEnded(Duration.ofMinutes(10)));
    LauncherSettings.Ecs ecs = settings.ecs().orElseThrow();
    assertThat(ecs.network()).isEqualTo(Network.named("database"));
    assertThat(ecs.databasePassword()).contains(SECRET);
    EcsOptions options = ecs.options("me");
    assertThat(options.network())
        .isEqualTo(new VpcNetwork(List.of("subnet-1", "subnet-2"), List.of("sg-1"), true));
    assertThat(options.networks())
        .containsExactly(
            Map.entry("database", new VpcNetwork(List.of("subnet-3"), List.of("sg-2"), false)));
    assertThat(options.providers())
        .containsExactly(Map.entry("mine", "my-provider"), Map.entry("on-demand", "FARGATE"));
    assertThat(options.taskRole()).contains("arn:aws:iam::111122223333:role/task");
    assertThat(options.logGroup()).isEqualTo("/logs");
    assertThat(options.architecture()).isEqualTo(Architecture.ARM64);
    assertThat(options.userId()).isEqualTo(20_001);
    assertThat(options.temporaryMib()).isEqualTo(256);
    assertThat(options.endpoint()).isEqualTo(Optional.of(URI.create("http://localhost:4566")));
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(
            "dokcer: {}", "1: there is no field dokcer; there are docker, kubernetes, ecs"),
        Arguments.of("docker: {sudo: true}", "1: there is no field docker.sudo; there are engine"),
        Arguments.of(
            "docker:\n  engine: http://x",
            "2: docker.engine must be unix:///PATH or tcp://HOST:PORT, not 'http://x'"),
        Arguments.of("docker: {network: none}", "1: docker.network must not be none"),
        Arguments.of(
            "docker: {user: 0}", "1: docker.user must be a whole number from 1 to 65,535, not '0'"),
        Arguments.of("docker: {group: 65536}", "docker.group must be a whole number from 1 to"),
        Arguments.of(
            "docker: {temporary-mib: 65537}",
            "docker.temporary-mib must be a whole number from 1 to 65,536"),
        Arguments.of("docker: {temporary-mib: 0}", "docker.temporary-mib must be a whole number"),
        Arguments.of("kubernetes: {}", "1: kubernetes.namespace is missing"),
        Arguments.of(
            "kubernetes: {namespace: A}", "1: kubernetes: A namespace is named by 1 to 63"),
        Arguments.of(
            "kubernetes: {namespace: a, classes: {}}",
            "1: kubernetes.classes: must have at least one class, such as on-demand"),
        Arguments.of("kubernetes: {namespace: a, classes: {Spot: {}}}", "kubernetes.classes: "),
        Arguments.of(
            "kubernetes:\n  namespace: a\n  classes:\n    spot: {tolerates: [\"a:Never\"]}",
            "4: kubernetes.classes.spot: A taint is KEY, KEY=VALUE"),
        Arguments.of(
            "kubernetes: {namespace: a, keep-ended: 9m}",
            "1: kubernetes.keep-ended must be from 10m to 365d"),
        Arguments.of(
            "kubernetes: {namespace: a, keep-ended: 366d}",
            "1: kubernetes.keep-ended must be from 10m to 365d"),
        Arguments.of("ecs: {}", "1: ecs.region is missing"),
        Arguments.of(ECS.replace("subnets", "sub"), "2: ecs.subnets is missing"),
        Arguments.of(ECS + "  network: away", "6: ecs.network must be host or one of networks"),
        Arguments.of(
            ECS.replace(ROLE, "admin"), "4: ecs.execution-role must be the ARN of a role, arn:aws"),
        Arguments.of(
            ECS + "  database-password: open-sesame",
            "6: ecs.database-password must be the ARN of a secret in Secrets Manager or"),
        Arguments.of(
            ECS + "  temporary-mib: 257",
            "6: ecs.temporary-mib must be a whole number from 1 to 256, not '257'"),
        Arguments.of(ECS + "  architecture: m68k", "6: ecs.architecture must be x86-64 or arm64"),
        Arguments.of(
            ECS + "  endpoint: localhost", "6: ecs.endpoint must be http://… or https://…"),
        Arguments.of(
            ECS + "  security-groups: [a, b, c, d, e, f]",
            "2: ecs: A network has at most 5 security groups, not 6"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsToldWithItsLine(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith("launchers.yaml:")
        .hasMessageContaining(message);
  }
}
