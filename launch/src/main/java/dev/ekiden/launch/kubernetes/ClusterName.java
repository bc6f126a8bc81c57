package dev.ekiden.launch.kubernetes;

import io.fabric8.kubernetes.client.Config;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Tells clusters apart without asking them, so that no permission is needed: each has a certificate
 * authority of its own, which whoever connects to it knows. (The address does not do: within many
 * clusters it is 10.96.0.1.) Where the authority is a public one, the address is the name.
 */
final class ClusterName {
  /** Hexadecimal digits of the authority's fingerprint. */
  private static final int DIGITS = 16;

  private ClusterName() {}

  static String of(Config config) {
    byte[] authority = authority(config.getCaCertData(), config.getCaCertFile());
    if (authority.length > 0) {
      return fingerprint(authority);
    }
    URI address = URI.create(config.getMasterUrl());
    String host = address.getHost() == null ? config.getMasterUrl() : address.getHost();
    return address.getPort() < 0 ? host : host + ":" + address.getPort();
  }

  private static byte[] authority(@Nullable String data, @Nullable String file) {
    if (data != null && !data.isBlank()) {
      byte[] plain = data.getBytes(StandardCharsets.UTF_8);
      return data.contains("-----BEGIN") ? plain : Base64.getMimeDecoder().decode(data);
    }
    try {
      return file == null || file.isBlank() ? new byte[0] : Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      return new byte[0];
    }
  }

  /** Of the certificates themselves: the same ones are written with other line ends elsewhere. */
  private static String fingerprint(byte[] authority) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(authority))) {
        digest.update(certificate.getEncoded());
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    } catch (CertificateException e) {
      throw new IllegalArgumentException("the cluster's certificate authority cannot be read", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
