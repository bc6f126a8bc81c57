package dev.ekiden.fleet.simulate;

import java.util.Arrays;

/** Job numbers in a ring that grows. */
final class IntDeque {
  private int[] ring = new int[64];
  private int head;
  private int size;

  int size() {
    return size;
  }

  int first() {
    return ring[head];
  }

  void addLast(int number) {
    grow();
    ring[head + size & ring.length - 1] = number;
    size++;
  }

  void addFirst(int number) {
    grow();
    head = head - 1 & ring.length - 1;
    ring[head] = number;
    size++;
  }

  int poll() {
    int number = ring[head];
    head = head + 1 & ring.length - 1;
    size--;
    return number;
  }

  private void grow() {
    if (size < ring.length) {
      return;
    }
    int[] larger = Arrays.copyOf(ring, size * 2);
    System.arraycopy(ring, head, larger, 0, size - head);
    System.arraycopy(ring, 0, larger, size - head, head);
    ring = larger;
    head = 0;
  }
}
