package dev.ekiden.calendar.refresh;

import dev.ekiden.calendar.availability.PriceList;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.engine.EngineListener;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A process of its own that changes or refreshes calendars until a test kills it. */
final class CalendarProcess implements AutoCloseable {

  private static final int CONNECTIONS = 8;

  private final Process process;
  private final BufferedReader output;

  private CalendarProcess(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts the workers of both queues. */
  static CalendarProcess worker(DatabaseAddress address) {
    return start(address, List.of("work"));
  }

  /** Changes the price of each of these plans in turn, one transaction a change. */
  static CalendarProcess changer(DatabaseAddress address, List<Long> planIds) {
    return start(address, planIds.stream().map(id -> Long.toString(id)).toList());
  }

  private static CalendarProcess start(DatabaseAddress address, List<String> what) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(CalendarProcess.class.getName());
    command.addAll(List.of(address.url(), address.user()));
    command.addAll(what);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("CALENDAR_PASSWORD", address.password());
    try {
      return new CalendarProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it does its work. */
  CalendarProcess awaitReady() {
    try {
      String line = output.readLine();
      while (line != null && !line.equals("ready")) {
        line = output.readLine();
      }
      if (line == null) {
        throw new AssertionError("the process ended before it was ready");
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it with SIGKILL and waits until it is gone. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kill();
  }

  public static void main(String[] arguments) throws InterruptedException {
    DatabaseAddress address =
        DatabaseAddress.of(arguments[0], arguments[1], System.getenv("CALENDAR_PASSWORD"));
    try (Database database = Database.open(address, CONNECTIONS, "calendar process");
        TestServices services = TestServices.on(database, new EngineListener() {})) {
      if (arguments[2].equals("work")) {
        services.engine().start();
        services.refresh().workers().forEach(options -> services.engine().worker(options).start());
        System.out.println("ready");
        new CountDownLatch(1).await();
      }
      long[] planIds = Stream.of(arguments).skip(2).mapToLong(Long::parseLong).toArray();
      change(services, planIds);
    }
  }

  private static void change(TestServices services, long[] planIds) {
    TruthWriter writer = new TruthWriter(services.refresh().refreshes());
    for (int round = 1; true; round++) {
      PriceList prices = new PriceList(PriceTerms.DEFAULT, PriceList.parseRules("any " + round));
      for (long planId : planIds) {
        services.database().useTransaction(handle -> writer.setPrices(handle, planId, prices));
        if (round == 1 && planId == planIds[0]) {
          System.out.println("ready");
        }
      }
    }
  }
}
