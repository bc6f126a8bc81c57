package dev.ekiden.launch.ecs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.launch.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FargateSizeTest {

  @ParameterizedTest
  @CsvSource({
    "1, 6, 256, 512",
    "250, 512, 256, 512",
    "250, 513, 256, 1024",
    "250, 1025, 256, 2048",
    "250, 2049, 512, 3072",
    "251, 512, 512, 1024",
    "500, 4096, 512, 4096",
    "500, 4097, 1024, 5120",
    "1000, 512, 1024, 2048",
    "1001, 512, 2048, 4096",
    "4000, 30720, 4096, 30720",
    "4000, 30721, 8192, 32768",
    "8000, 16385, 8192, 20480",
    "16000, 32769, 16384, 40960",
    "16000, 122880, 16384, 122880"
  })
  void takesTheNextOneThatFargateHas(int thousandths, int memory, int cpuUnits, int memoryMib) {
    assertThat(FargateSize.fit(new Resources(thousandths, memory, 1)))
        .contains(new FargateSize(cpuUnits, memoryMib));
  }

  @Test
  void hasNoneForMore() {
    assertThat(FargateSize.fit(new Resources(16_001, 512, 1))).isEmpty();
    assertThat(FargateSize.fit(new Resources(1, 122_881, 1))).isEmpty();
  }

  @Test
  void tellsWhatATaskMayUse() {
    assertThat(new FargateSize(256, 512).resources(7)).isEqualTo(new Resources(250, 512, 7));
  }
}
