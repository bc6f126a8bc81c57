/**
 * Configuration, HTTP and command line around the engine; what an application is written against.
 */
@NullMarked
package dev.ekiden.server;

import org.jspecify.annotations.NullMarked;
