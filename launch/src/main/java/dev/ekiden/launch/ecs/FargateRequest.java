package dev.ekiden.launch.ecs;

import dev.ekiden.launch.FittedName;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ecs.model.AssignPublicIp;
import software.amazon.awssdk.services.ecs.model.AwsVpcConfiguration;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.Compatibility;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.LogDriver;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import software.amazon.awssdk.services.ecs.model.Tmpfs;

/**
 * A task in the terms of ECS: a task definition for what ECS lets nobody say later (image, secrets,
 * grace), named by its content so that tasks alike share it; and a RunTask for the rest.
 *
 * @param task to run
 * @param options of the launcher
 */
record FargateRequest(Task task, EcsOptions options) {

  /** The name of the container in each task. */
  static final String CONTAINER = "task";

  private static final int MAX_TOKEN_LENGTH = 64;
  private static final String DEFINITION_CPU = "256";
  private static final String DEFINITION_MEMORY = "512";
  private static final Pattern REFERENCE =
      Pattern.compile("arn:aws[a-z-]*:(secretsmanager|ssm):[^:]*:[0-9]*:\\S+");

  FargateRequest {
    if (!(task.program() instanceof Program.Image)) {
      throw refused(task, "has no image, but containers are made of one");
    }
    if (!options.providers().containsKey(task.capacityClass())) {
      throw refused(
          task,
          "is of class "
              + task.capacityClass()
              + ", but only these have a capacity provider: "
              + String.join(", ", options.providers().keySet()));
    }
    if (task.stopGrace().compareTo(EcsLauncher.MAX_STOP_GRACE) > 0) {
      throw refused(
          task,
          "wants a grace of "
              + task.stopGrace()
              + ", but ECS gives at most "
              + EcsLauncher.MAX_STOP_GRACE);
    }
    if (task.labels().size() > EcsLauncher.MAX_LABELS) {
      throw refused(task, "has more than " + EcsLauncher.MAX_LABELS + " labels");
    }
    if (FargateSize.fit(task.resources()).isEmpty()) {
      throw refused(
          task,
          "wants "
              + task.resources()
              + ", but the largest task of Fargate is "
              + FargateSize.LARGEST);
    }
    checkSecrets(task);
    network(task, options);
  }

  private static void checkSecrets(Task task) {
    for (Secret secret : task.secrets()) {
      if (secret.delivery() != Secret.Delivery.ENVIRONMENT) {
        throw refused(
            task,
            "wants the secret " + secret.name() + " as a file, but ECS gives secrets as variables");
      }
      if (!REFERENCE.matcher(secret.value()).matches()) {
        throw refused(
            task,
            "has a value for the secret "
                + secret.name()
                + ", but ECS takes only a reference: the ARN of a secret in Secrets Manager or of"
                + " a parameter in Systems Manager");
      }
    }
  }

  private static VpcNetwork network(Task task, EcsOptions options) {
    return switch (task.network()) {
      case Network.None() ->
          throw refused(
              task,
              "wants no network, but every task of Fargate has one: name one whose security group"
                  + " lets nothing out");
      case Network.Host() -> options.network();
      case Network.Named(String name) -> {
        VpcNetwork named = options.networks().get(name);
        if (named == null) {
          throw refused(
              task,
              "names the network "
                  + name
                  + ", but only these are known: "
                  + String.join(", ", options.networks().keySet()));
        }
        yield named;
      }
    };
  }

  private static LaunchException refused(Task task, String why) {
    return new LaunchException("Task " + task.id() + " " + why);
  }

  FargateSize size() {
    return FargateSize.fit(task.resources()).orElse(FargateSize.LARGEST);
  }

  /** What every task of an installation is started by, and so found by. */
  static String startedBy(EcsOptions options) {
    return "ekiden/" + options.installation();
  }

  /** With the same token, ECS starts nothing for a second time within a day. */
  static String token(EcsOptions options, TaskId id) {
    return FittedName.of(options.installation() + "-" + id, MAX_TOKEN_LENGTH);
  }

  /** The name of the definition, which tells its content. */
  String family() {
    return "ekiden-"
        + options.installation()
        + "-"
        + FittedName.hash(RequestJson.compact(definition("")));
  }

  RegisterTaskDefinitionRequest definition() {
    return definition(family());
  }

  private RegisterTaskDefinitionRequest definition(String family) {
    return RegisterTaskDefinitionRequest.builder()
        .family(family)
        .requiresCompatibilities(Compatibility.FARGATE)
        .networkMode(NetworkMode.AWSVPC)
        .runtimePlatform(platform ->
            platform.operatingSystemFamily("LINUX").cpuArchitecture(options.architecture().name()))
        .cpu(DEFINITION_CPU)
        .memory(DEFINITION_MEMORY)
        .executionRoleArn(options.executionRole())
        .taskRoleArn(options.taskRole().orElse(null))
        .containerDefinitions(container())
        .build();
  }

  private ContainerDefinition container() {
    ContainerDefinition.Builder container =
        ContainerDefinition.builder()
            .name(CONTAINER)
            .image(((Program.Image) task.program()).image())
            .essential(true)
            .user(options.userId() + ":" + options.userId())
            .readonlyRootFilesystem(true)
            .linuxParameters(linux ->
                linux
                    .initProcessEnabled(true)
                    .capabilities(capabilities -> capabilities.drop("ALL"))
                    .tmpfs(
                        Tmpfs.builder().containerPath("/tmp").size(options.temporaryMib()).build()))
            .stopTimeout(stopTimeout())
            .workingDirectory(task.workingDirectory().orElse(null))
            .logConfiguration(log ->
                log.logDriver(LogDriver.AWSLOGS)
                    .options(
                        new TreeMap<>(
                            Map.of(
                                "awslogs-group", options.logGroup(),
                                "awslogs-region", options.region(),
                                "awslogs-stream-prefix", options.installation()))));
    if (!task.secrets().isEmpty()) {
      container.secrets(task.secrets().stream().map(FargateRequest::reference).toList());
    }
    return container.build();
  }

  private static software.amazon.awssdk.services.ecs.model.Secret reference(Secret secret) {
    return software.amazon.awssdk.services.ecs.model.Secret.builder()
        .name(secret.variable())
        .valueFrom(secret.value())
        .build();
  }

  private int stopTimeout() {
    long seconds = task.stopGrace().plusMillis(999).toSeconds();
    return (int) Math.max(EcsLauncher.MIN_STOP_GRACE.toSeconds(), seconds);
  }

  RunTaskRequest run() {
    VpcNetwork vpc = network(task, options);
    TaskOverride overrides = overrides();
    int length = RequestJson.compact(overrides).length();
    if (length > EcsLauncher.MAX_OVERRIDES) {
      throw refused(
          task,
          "has a command and an environment of "
              + length
              + " characters, but ECS takes at most "
              + EcsLauncher.MAX_OVERRIDES);
    }
    return RunTaskRequest.builder()
        .cluster(options.cluster())
        .taskDefinition(family())
        .clientToken(token(options, task.id()))
        .count(1)
        .startedBy(startedBy(options))
        .capacityProviderStrategy(
            CapacityProviderStrategyItem.builder()
                .capacityProvider(options.providers().get(task.capacityClass()))
                .weight(1)
                .build())
        .networkConfiguration(network -> network.awsvpcConfiguration(interfaceIn(vpc)))
        .overrides(overrides)
        .tags(tags())
        .build();
  }

  private static AwsVpcConfiguration interfaceIn(VpcNetwork vpc) {
    AwsVpcConfiguration.Builder inVpc =
        AwsVpcConfiguration.builder()
            .subnets(vpc.subnets())
            .assignPublicIp(
                vpc.assignPublicIp() ? AssignPublicIp.ENABLED : AssignPublicIp.DISABLED);
    if (!vpc.securityGroups().isEmpty()) {
      inVpc.securityGroups(vpc.securityGroups());
    }
    return inVpc.build();
  }

  private TaskOverride overrides() {
    FargateSize size = size();
    ContainerOverride.Builder container =
        ContainerOverride.builder().name(CONTAINER).environment(environment());
    if (!task.program().arguments().isEmpty()) {
      container.command(task.program().arguments());
    }
    return TaskOverride.builder()
        .cpu(Integer.toString(size.cpuUnits()))
        .memory(Integer.toString(size.memoryMib()))
        .containerOverrides(container.build())
        .build();
  }

  private List<KeyValuePair> environment() {
    SortedMap<String, String> environment = new TreeMap<>(task.environment());
    environment.put(Launcher.TASK_VARIABLE, task.id().value());
    List<KeyValuePair> pairs = new ArrayList<>();
    environment.forEach(
        (name, value) -> pairs.add(KeyValuePair.builder().name(name).value(value).build()));
    return pairs;
  }

  private List<Tag> tags() {
    List<Tag> tags = new ArrayList<>();
    EcsTags.of(task)
        .forEach((name, value) -> tags.add(Tag.builder().key(name).value(value).build()));
    return tags;
  }
}
