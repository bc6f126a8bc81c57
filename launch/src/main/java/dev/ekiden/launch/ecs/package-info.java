/** Tasks that Amazon ECS runs on Fargate. */
@NullMarked
package dev.ekiden.launch.ecs;

import org.jspecify.annotations.NullMarked;
