package dev.ekiden.launch.process;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All processes of a task as its supervisor sees them: its descendants, because orphans among them
 * come to it, and what its control groups hold.
 *
 * @param supervisor who is no part of it
 * @param cgroup may be none
 */
record Family(int supervisor, Cgroup cgroup) {

  /** Those that are alive. */
  List<Integer> members() {
    List<ProcessStat> all = ProcessStat.all();
    Set<Integer> family = new HashSet<>(cgroup.members());
    family.remove(supervisor);
    Set<Integer> parents = new HashSet<>(Set.of(supervisor));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (ProcessStat process : all) {
        if (parents.contains(process.parent()) && parents.add(process.pid())) {
          grown = true;
        }
      }
    }
    parents.remove(supervisor);
    family.addAll(parents);
    List<Integer> members = new ArrayList<>();
    for (ProcessStat process : all) {
      if (process.isAlive() && family.contains(process.pid())) {
        members.add(process.pid());
      }
    }
    return members;
  }
}
