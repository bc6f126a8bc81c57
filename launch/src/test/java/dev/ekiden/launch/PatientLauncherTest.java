package dev.ekiden.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.launch.process.ProcessLauncher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A place that is away at first. */
final class PatientLauncherTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Task TASK =
      Task.of(TaskId.of("hello"), Program.command("/bin/true")).build();

  @TempDir Path directory;
  private final AtomicBoolean there = new AtomicBoolean();
  private final AtomicInteger tries = new AtomicInteger();
  private final CountDownLatch twice = new CountDownLatch(2);

  private Launcher open() {
    tries.incrementAndGet();
    twice.countDown();
    if (!there.get()) {
      throw new LaunchException("nobody answers");
    }
    return ProcessLauncher.in(directory);
  }

  private PatientLauncher launcher(Duration pause) {
    return new PatientLauncher("process", this::open, pause, LONG);
  }

  /** Its directory is left alone then. */
  private static void awaitEnd(BlockingQueue<TaskStatus> told) throws InterruptedException {
    TaskStatus status;
    do {
      status = told.poll(1, TimeUnit.MINUTES);
      assertThat(status).isNotNull();
    } while (!status.hasEnded());
  }

  @Test
  void isOpenedWhenItIsUsedAndTriedAgainAfterAPause() {
    try (PatientLauncher launcher = launcher(Duration.ZERO)) {
      assertThat(tries).hasValue(0);
      assertThat(launcher.name()).isEqualTo("process");
      for (int i = 1; i <= 2; i++) {
        assertThatThrownBy(launcher::list)
            .isInstanceOf(LaunchException.class)
            .hasMessage("The launcher process cannot be used now: nobody answers");
        assertThat(tries).hasValue(i);
      }
      there.set(true);
      assertThat(launcher.list()).isEmpty();
      assertThat(launcher.find(TASK.id())).isEmpty();
      assertThat(launcher.plan(TASK)).contains("/bin/true");
      assertThat(tries).as("opened once").hasValue(3);
    }
  }

  @Test
  void isNotTriedDuringThePause() {
    try (PatientLauncher launcher = launcher(LONG)) {
      assertThatThrownBy(launcher::list).hasMessageContaining("nobody answers");
      there.set(true);
      assertThatThrownBy(() -> launcher.launch(TASK)).hasMessageContaining("nobody answers");
      assertThat(tries).hasValue(1);
    }
  }

  @Test
  void noCallWaitsForLong() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    PatientLauncher launcher =
        new PatientLauncher(
            "slow",
            () -> {
              try {
                answers.await();
              } catch (InterruptedException e) {
                throw new LaunchException("interrupted", e);
              }
              there.set(true);
              return open();
            },
            LONG,
            Duration.ofMillis(20));
    try (launcher) {
      assertThatThrownBy(launcher::list)
          .isInstanceOf(LaunchException.class)
          .hasMessage("The launcher slow has not answered yet");
      answers.countDown();
      BlockingQueue<TaskStatus> told = new LinkedBlockingQueue<>();
      try (PatientLauncher other = launcher(Duration.ofMillis(10));
          Watch _ = other.watch(told::add)) {
        other.launch(TASK);
        awaitEnd(told);
      }
    }
    assertThatThrownBy(launcher::list).hasMessage("The launcher slow is closed");
  }

  @Test
  void aWatchBeginsWhenTheLauncherIsThere() throws InterruptedException {
    BlockingQueue<TaskStatus> told = new LinkedBlockingQueue<>();
    try (PatientLauncher launcher = launcher(Duration.ofMillis(5));
        Watch _ = launcher.watch(told::add)) {
      assertThat(twice.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(told).isEmpty();
      there.set(true);
      try (Launcher direct = ProcessLauncher.in(directory)) {
        direct.launch(TASK);
      }
      awaitEnd(told);
    }
  }

  @Test
  void whateverGoesWrongIsALaunchException() {
    PatientLauncher launcher =
        new PatientLauncher(
            "odd",
            () -> {
              throw new IllegalStateException("odd settings");
            },
            LONG,
            LONG);
    assertThatThrownBy(launcher::list)
        .isInstanceOf(LaunchException.class)
        .hasMessage("The launcher odd cannot be used now: odd settings");
    there.set(true);
    try (PatientLauncher real = launcher(LONG)) {
      assertThatThrownBy(() -> real.log(TASK.id(), LogPosition.START, 1))
          .isInstanceOf(LaunchException.class)
          .hasMessage("No task hello is known");
    }
  }
}
