/**
 * Makes the container image of an Ekiden, with nothing but a JDK and the machine's own libraries.
 */
@NullMarked
package dev.ekiden.launch.image;

import org.jspecify.annotations.NullMarked;
