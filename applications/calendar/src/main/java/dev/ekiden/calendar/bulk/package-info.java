/** Availability of all plans as one file for partners, made by a job. */
@NullMarked
package dev.ekiden.calendar.bulk;

import org.jspecify.annotations.NullMarked;
