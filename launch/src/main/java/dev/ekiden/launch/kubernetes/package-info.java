/** Tasks that are Jobs of a Kubernetes cluster. */
@NullMarked
package dev.ekiden.launch.kubernetes;

import org.jspecify.annotations.NullMarked;
