/**
 * Connections, migrations, leader leases and LISTEN/NOTIFY: what every module needs of PostgreSQL.
 */
@NullMarked
package dev.ekiden.postgres;

import org.jspecify.annotations.NullMarked;
