/** The calendar's data as CSV files: import with every bad row explained, and export. */
@NullMarked
package dev.ekiden.calendar.files;

import org.jspecify.annotations.NullMarked;
