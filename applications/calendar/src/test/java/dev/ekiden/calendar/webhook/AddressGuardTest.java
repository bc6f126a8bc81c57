package dev.ekiden.calendar.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A webhook must not become a way to what only this machine can reach. */
class AddressGuardTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "localhost",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]"
      })
  void whatIsNotPublicIsRefusedUnlessItIsAllowed(String host) throws UnknownHostException {
    URI uri = URI.create("https://" + host + "/hook");
    assertThat(AddressGuard.refusedAddress(uri, false)).isPresent();
    assertThat(AddressGuard.refusedAddress(uri, true)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "[2606:4700::1111]",
        "[2001:4860:4860::8888]"
      })
  void whatIsPublicIsAllowed(String host) throws UnknownHostException {
    assertThat(AddressGuard.refusedAddress(URI.create("https://" + host + "/"), false)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https:///hook",
        "https://user:password@example.com/",
        "https://example.com/#part",
        "https://exa mple.com/"
      })
  void otherFormsAreRefusedAlways(String url) {
    assertThat(AddressGuard.refusedForm(url, true)).isPresent();
  }

  @Test
  void httpIsForPrivateNetworksOnlyAndAddressesHaveALimit() {
    assertThat(AddressGuard.refusedForm("http://example.com/", false)).isPresent();
    assertThat(AddressGuard.refusedForm("http://example.com/", true)).isEmpty();
    String longest = "https://example.com/" + "x".repeat(2_000 - 20);
    assertThat(AddressGuard.refusedForm(longest, false)).isEmpty();
    assertThat(AddressGuard.refusedForm(longest + "x", false)).isPresent();
  }
}
