package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A task in the terms of Kubernetes: a job that is tried once, whose pod meets the Pod Security
 * Standard "restricted", and a secret that belongs to the job and goes with it.
 *
 * @param task to run
 * @param options of the launcher
 */
record JobManifest(Task task, KubernetesOptions options) {

  /** The name of the container in each pod. */
  static final String CONTAINER = "task";

  /** Kubernetes keeps what a program writes here in the state of the pod. */
  static final String RESULT = "/dev/termination-log";

  static final String SECRETS = "/ekiden/secrets";

  private static final int FILE_MODE = 0440;
  private static final Pattern LABEL_VALUE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

  JobManifest {
    if (!(task.program() instanceof Program.Image)) {
      throw new LaunchException("Task " + task.id() + " has no image, but pods are made of one");
    }
    if (!options.classes().containsKey(task.capacityClass())) {
      throw new LaunchException(
          "Task "
              + task.id()
              + " is of class "
              + task.capacityClass()
              + ", but only these have nodes: "
              + String.join(", ", options.classes().keySet()));
    }
    if (task.network() instanceof Network.Named(String network)
        && !LABEL_VALUE.matcher(network).matches()) {
      throw new LaunchException(
          "The network of task "
              + task.id()
              + " becomes a label of its pod, but \""
              + network
              + "\" cannot be one");
    }
  }

  String name() {
    return JobLabels.jobName(options.installation(), task.id());
  }

  /** The job. */
  Job job() {
    Map<String, String> labels = JobLabels.of(task, options.installation());
    return new JobBuilder()
        .withNewMetadata()
        .withName(name())
        .withNamespace(options.namespace())
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(0)
        .withCompletions(1)
        .withParallelism(1)
        .withPodReplacementPolicy("Failed")
        .withTtlSecondsAfterFinished((int) options.keepEnded().toSeconds())
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withSpec(pod())
        .endTemplate()
        .endSpec()
        .build();
  }

  /**
   * The secret, if the task has one.
   *
   * @param jobUid of the job that it belongs to
   */
  Optional<io.fabric8.kubernetes.api.model.Secret> secret(String jobUid) {
    return secret(jobUid, Secret::value);
  }

  /** The same for a reader, who is told no value; the job has no uid yet. */
  Optional<io.fabric8.kubernetes.api.model.Secret> maskedSecret() {
    return secret("(the uid of the job)", secret -> Secret.MASK);
  }

  private Optional<io.fabric8.kubernetes.api.model.Secret> secret(
      String jobUid, Function<Secret, String> shown) {
    if (task.secrets().isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> values = new TreeMap<>();
    task.secrets().forEach(secret -> values.put(secret.variable(), shown.apply(secret)));
    return Optional.of(
        new SecretBuilder()
            .withNewMetadata()
            .withName(name())
            .withNamespace(options.namespace())
            .withLabels(JobLabels.of(task, options.installation()))
            .addNewOwnerReference()
            .withApiVersion("batch/v1")
            .withKind("Job")
            .withName(name())
            .withUid(jobUid)
            .endOwnerReference()
            .endMetadata()
            .withType("Opaque")
            .withImmutable(true)
            .withStringData(values)
            .build());
  }

  private PodSpec pod() {
    NodePool nodes = nodes();
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withTerminationGracePeriodSeconds(wholeSeconds(task.stopGrace()))
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withImagePullSecrets(
            options.imagePullSecrets().stream().map(LocalObjectReference::new).toList())
        .withNodeSelector(nodes.selector())
        .withTolerations(nodes.tolerated().stream().map(JobManifest::toleration).toList())
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(options.userId())
        .withRunAsGroup(options.groupId())
        .withFsGroup(options.groupId())
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(container())
        .withVolumes(volumes())
        .build();
  }

  private NodePool nodes() {
    return options.classes().getOrDefault(task.capacityClass(), NodePool.ANY);
  }

  private Container container() {
    Map<String, Quantity> most = quantities(task.resources());
    ContainerBuilder container =
        new ContainerBuilder()
            .withName(CONTAINER)
            .withImage(((Program.Image) task.program()).image())
            .withCommand(task.program().arguments().stream().map(JobManifest::literal).toList())
            .withEnv(environment())
            .withTerminationMessagePath(RESULT)
            .withTerminationMessagePolicy("File")
            .withNewResources()
            .withRequests(most)
            .withLimits(most)
            .endResources()
            .withNewSecurityContext()
            .withAllowPrivilegeEscalation(false)
            .withPrivileged(false)
            .withReadOnlyRootFilesystem(true)
            .withRunAsNonRoot(true)
            .withNewCapabilities()
            .withDrop("ALL")
            .endCapabilities()
            .endSecurityContext()
            .withVolumeMounts(mounts());
    task.workingDirectory().ifPresent(container::withWorkingDir);
    return container.build();
  }

  private static Map<String, Quantity> quantities(Resources resources) {
    return new TreeMap<>(
        Map.of(
            "cpu", new Quantity(resources.vcpuThousandths() + "m"),
            "memory", new Quantity(resources.memoryMib() + "Mi")));
  }

  private List<EnvVar> environment() {
    SortedMap<String, EnvVar> environment = new TreeMap<>();
    task.environment().forEach((name, value) -> environment.put(name, variable(name, value)));
    environment.put(Launcher.TASK_VARIABLE, variable(Launcher.TASK_VARIABLE, task.id().value()));
    environment.put(Launcher.RESULT_VARIABLE, variable(Launcher.RESULT_VARIABLE, RESULT));
    for (Secret secret : task.secrets()) {
      String name = secret.variable();
      environment.put(
          name,
          switch (secret.delivery()) {
            case FILE -> variable(name, SECRETS + "/" + secret.name());
            case ENVIRONMENT ->
                new EnvVarBuilder()
                    .withName(name)
                    .withNewValueFrom()
                    .withNewSecretKeyRef(name, name(), false)
                    .endValueFrom()
                    .build();
          });
    }
    return List.copyOf(environment.values());
  }

  private static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(literal(value)).build();
  }

  /** Kubernetes replaces {@code $(NAME)}; twice a dollar is one. */
  private static String literal(String text) {
    return text.replace("$", "$$");
  }

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName("tmp")
            .withNewEmptyDir()
            .withSizeLimit(new Quantity(options.temporaryMib() + "Mi"))
            .endEmptyDir()
            .build());
    List<Secret> files = secretFiles();
    if (!files.isEmpty()) {
      VolumeBuilder volume = new VolumeBuilder().withName("secrets");
      var source = volume.withNewSecret().withSecretName(name()).withDefaultMode(FILE_MODE);
      for (Secret file : files) {
        source.addNewItem().withKey(file.variable()).withPath(file.name()).endItem();
      }
      source.endSecret();
      volumes.add(volume.build());
    }
    return volumes;
  }

  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build());
    if (!secretFiles().isEmpty()) {
      mounts.add(
          new VolumeMountBuilder()
              .withName("secrets")
              .withMountPath(SECRETS)
              .withReadOnly(true)
              .build());
    }
    return mounts;
  }

  private List<Secret> secretFiles() {
    return task.secrets().stream()
        .filter(secret -> secret.delivery() == Secret.Delivery.FILE)
        .toList();
  }

  private static Toleration toleration(Taint taint) {
    TolerationBuilder toleration =
        new TolerationBuilder()
            .withKey(taint.key())
            .withOperator(taint.value().isPresent() ? "Equal" : "Exists");
    taint.value().ifPresent(toleration::withValue);
    taint.effect().ifPresent(toleration::withEffect);
    return toleration.build();
  }

  /** Kubernetes counts whole seconds; a part of one becomes one. */
  static long wholeSeconds(Duration duration) {
    return duration.plusMillis(999).toSeconds();
  }
}
