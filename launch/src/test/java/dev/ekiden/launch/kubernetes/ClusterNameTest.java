package dev.ekiden.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterNameTest {
  /** Two authorities of the same name, as every cluster has one. */
  private static final String ONE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBgjCCASegAwIBAgIUc6yJdtXU2h6mkXIOAkKrDc8AuZ8wCgYIKoZIzj0EAwIw
      FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjEyMTE4MzNaGA8yMTI2MTAy
      ODIxMTgzM1owFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
      SM49AwEHA0IABMNGmvwnsUYudYagRXer0/HiiDuHI2B3MLls2qz73EPXTYe7lJTR
      OV1IODRSfncywE0cP3YTjSV1NUEKpAYxOSujUzBRMB0GA1UdDgQWBBRuJh32xKex
      5T5rEl81ohNL9VYHkzAfBgNVHSMEGDAWgBRuJh32xKex5T5rEl81ohNL9VYHkzAP
      BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCGM4YfJSC62/rvjdvD
      l/y6rLdLJhiyCHgwzcOim9qU9gIhAL7gGOLHMdRRXUyT8a/jHfDJiAupziXJ3SjY
      w7N1jFMM
      -----END CERTIFICATE-----
      """;

  private static final String TWO =
      """
      -----BEGIN CERTIFICATE-----
      MIIBgDCCASegAwIBAgIUPel+5VsYBYBFaKxFKGWKUFjTLCAwCgYIKoZIzj0EAwIw
      FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjEyMTE4MzNaGA8yMTI2MTAy
      ODIxMTgzM1owFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
      SM49AwEHA0IABHO0CqL6gT+AeDkrjFxqOPV0bJHBMPxc5mA8MSJ6FoxqxHgRRQ5w
      D0xdNFtfKySyb97MaW1svBf2GLV98KNhhpyjUzBRMB0GA1UdDgQWBBR25swUxB86
      hCbfsYiKyYK0apIiGjAfBgNVHSMEGDAWgBR25swUxB86hCbfsYiKyYK0apIiGjAP
      BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCICVr7ZgR1jklXOmdb3nA
      DZ+JZBO/IL30TQN8URE94w5tAiAL8aIQcKfMiUJiym6yOuN5/gzEUjQVUHzPDyZ7
      gN0lPw==
      -----END CERTIFICATE-----
      """;

  /** What pods of most clusters see. */
  private static final String ADDRESS = "https://10.96.0.1:443/";

  @TempDir Path directory;

  @Test
  void clustersOfTheSameAddressHaveTheirOwnNames() throws Exception {
    String one = ClusterName.of(written(ONE));
    assertThat(one).hasSize(16).isNotEqualTo(ClusterName.of(written(TWO)));
    Path file = directory.resolve("ca.crt");
    Files.writeString(file, ONE.replace("\n", "\r\n") + "\r\n");
    Config inPod = config().withCaCertFile(file.toString()).build();
    assertThat(ClusterName.of(inPod)).as("the same one, seen from within").isEqualTo(one);
  }

  @Test
  void withoutAnAuthorityOfItsOwnTheAddressIsTheName() {
    assertThat(ClusterName.of(config().build())).isEqualTo("10.96.0.1:443");
    assertThat(ClusterName.of(config().withMasterUrl("https://eu.example/k8s/").build()))
        .isEqualTo("eu.example");
  }

  @Test
  void saysThatAnAuthorityCannotBeRead() {
    assertThatThrownBy(() -> ClusterName.of(written("-----BEGIN CERTIFICATE-----\nAAAA\n")))
        .hasMessageContaining("certificate authority cannot be read");
  }

  private static Config written(String authority) {
    byte[] bytes = authority.getBytes(StandardCharsets.UTF_8);
    return config().withCaCertData(Base64.getEncoder().encodeToString(bytes)).build();
  }

  private static ConfigBuilder config() {
    return new ConfigBuilder(Config.empty()).withMasterUrl(ADDRESS);
  }
}
