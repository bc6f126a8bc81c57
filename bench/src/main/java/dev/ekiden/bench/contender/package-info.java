/** Job engines that are measured, each as a program of its own that is told what to do. */
@NullMarked
package dev.ekiden.bench.contender;

import org.jspecify.annotations.NullMarked;
