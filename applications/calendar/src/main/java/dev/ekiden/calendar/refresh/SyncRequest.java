package dev.ekiden.calendar.refresh;

/** Payload of the jobs that begin a sync. There is nothing to say but why. */
public record SyncRequest(String reason) {}
