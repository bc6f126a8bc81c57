package dev.ekiden.launch.kubernetes;

import dev.ekiden.launch.Phase;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs and pods of an installation as the cluster tells of them: listed once, then kept by its
 * events, and listed anew when they were cut off for too long. Pods and jobs come on two ways, so
 * one may be behind the other; a task never goes back to an earlier phase for that. Used by one
 * thread, but for its events.
 */
final class ClusterPicture implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClusterPicture.class);

  private final SharedIndexInformer<Job> jobs;
  private final SharedIndexInformer<Pod> pods;
  private final Function<TaskId, Optional<TaskStatus>> ask;
  private final Map<String, TaskStatus> told = new HashMap<>();

  /**
   * A picture that is not kept yet.
   *
   * @param ask tells how a task is that ended without its pod being seen: the pod may be late
   */
  ClusterPicture(
      SharedIndexInformer<Job> jobs,
      SharedIndexInformer<Pod> pods,
      Function<TaskId, Optional<TaskStatus>> ask) {
    this.jobs = jobs;
    this.pods = pods;
    this.ask = ask;
  }

  /**
   * Begins to keep the picture, however long it takes to reach the cluster.
   *
   * @param changed is told that something is new
   */
  void keep(Runnable changed) {
    begin(jobs, changed);
    begin(pods, changed);
  }

  private static <T extends HasMetadata> void begin(
      SharedIndexInformer<T> informer, Runnable changed) {
    informer.addEventHandler(new Changed<>(changed));
    informer.exceptionHandler((isStarted, failure) -> {
      log.warn("The cluster does not tell of its tasks, will ask again: {}", failure.toString());
      return true;
    });
    // It is told by an event when all is there, or else there is nothing to tell.
    informer.start().whenComplete((_, _) -> changed.run());
  }

  /** Every task, as far as the picture is complete; nothing before. */
  List<TaskStatus> tasks() {
    if (!jobs.hasSynced() || !pods.hasSynced()) {
      return List.of();
    }
    Map<String, List<Pod>> byJob = byTask(pods.getStore().list());
    List<TaskStatus> tasks = new ArrayList<>();
    Map<String, TaskStatus> now = new HashMap<>();
    for (Job job : jobs.getStore().list()) {
      List<Pod> own = byJob.getOrDefault(task(job), List.of());
      TaskStatus before = told.get(job.getMetadata().getUid());
      TaskStatus status = onwards(before, new JobState(job, own).status(), own);
      now.put(job.getMetadata().getUid(), status);
      tasks.add(status);
    }
    told.clear();
    told.putAll(now);
    return tasks;
  }

  /** Groups pods by the task that they run. */
  static Map<String, List<Pod>> byTask(List<Pod> pods) {
    Map<String, List<Pod>> byTask = new HashMap<>();
    pods.forEach(pod -> byTask.computeIfAbsent(task(pod), _ -> new ArrayList<>()).add(pod));
    return byTask;
  }

  static String task(HasMetadata of) {
    return JobState.text(of.getMetadata().getLabels().get(JobLabels.TASK));
  }

  /** What was said of an end stays, also when its pod goes. */
  private TaskStatus onwards(@Nullable TaskStatus before, TaskStatus status, List<Pod> pods) {
    if (before != null && (before.hasEnded() || rank(before) > rank(status))) {
      return before;
    }
    return sure(status, pods);
  }

  private TaskStatus sure(TaskStatus status, List<Pod> pods) {
    return status.hasEnded() && pods.isEmpty() ? ask.apply(status.id()).orElse(status) : status;
  }

  private static int rank(TaskStatus status) {
    return switch (status.phase()) {
      case Phase.Placing _ -> 0;
      case Phase.Starting _ -> 1;
      case Phase.Running _ -> 2;
      case Phase.Ended _ -> 3;
    };
  }

  @Override
  public void close() {
    jobs.close();
    pods.close();
  }

  /** Tells that something is new, not what. */
  private record Changed<T>(Runnable changed) implements ResourceEventHandler<T> {

    @Override
    public void onAdd(T added) {
      changed.run();
    }

    @Override
    public void onUpdate(T before, T after) {
      changed.run();
    }

    @Override
    public void onDelete(T last, boolean isStateUnknown) {
      changed.run();
    }
  }
}
