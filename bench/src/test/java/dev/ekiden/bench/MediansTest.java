package dev.ekiden.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MediansTest {
  @Test
  void theMiddleOfAnOddNumberOfValues() {
    assertThat(Medians.of(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
  }

  @Test
  void theMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
    assertThat(Medians.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3);
  }

  @Test
  void nothingHasNoMiddle() {
    assertThat(Medians.of(List.of())).isNaN();
  }
}
