package dev.ekiden.calendar.http;

import dev.ekiden.server.Routes;

/** Adds routes whose handlers answer the calendar's own exceptions with problems. */
final class RefusingRoutes implements Routes {

  private final Routes routes;

  RefusingRoutes(Routes routes) {
    this.routes = routes;
  }

  @Override
  public void get(String path, Handler handler) {
    routes.get(path, Refusal.answering(handler));
  }

  @Override
  public void post(String path, Handler handler) {
    routes.post(path, Refusal.answering(handler));
  }

  @Override
  public void put(String path, Handler handler) {
    routes.put(path, Refusal.answering(handler));
  }

  @Override
  public void delete(String path, Handler handler) {
    routes.delete(path, Refusal.answering(handler));
  }
}
