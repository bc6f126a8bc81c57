package dev.ekiden.calendar.bulk;

/** Payload of {@value BulkFeeds#BUILD}: make, or go on making, this file. */
public record BulkFeedBuild(long feed) {}
