package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNamesTest {
  @ParameterizedTest
  @CsvSource({"greet,greet,0", "greet,great,1", "greet,gret,1", "'',abc,3", "kitten,sitting,3"})
  void countsTheLettersToChange(String one, String other, int distance) {
    assertThat(NearestNames.distance(one, other)).isEqualTo(distance);
    assertThat(NearestNames.distance(other, one)).isEqualTo(distance);
  }

  @Test
  void suggestsWhatIsNearAndListsTheRest() {
    assertThat(NearestNames.sentence("gret", List.of("mail", "greet")))
        .isEqualTo("did you mean 'greet'? known are greet, mail");
    assertThat(NearestNames.sentence("full-sync", List.of("calendar.full-sync", "mail")))
        .startsWith("did you mean 'calendar.full-sync'?");
    assertThat(NearestNames.sentence("zebra", List.of("mail", "greet")))
        .isEqualTo("known are greet, mail");
    assertThat(NearestNames.sentence("zebra", List.of())).isEqualTo("none is known yet");
    List<String> many = IntStream.range(0, 12).mapToObj(i -> "job-" + (10 + i)).toList();
    assertThat(NearestNames.sentence("job-10", many)).endsWith("job-19 and 2 more");
  }
}
