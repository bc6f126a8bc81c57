/** YAML whose mistakes are told with file, line, field and what is allowed. */
@NullMarked
package dev.ekiden.fleet.yaml;

import org.jspecify.annotations.NullMarked;
