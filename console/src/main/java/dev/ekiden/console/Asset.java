package dev.ekiden.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A file for a browser. Immutable; the arrays it hands out are its own and must not be changed. */
public final class Asset {
  /** Below this a compressed file saves no packet. */
  static final int MIN_COMPRESSED_BYTES = 1_024;

  private static final int ETAG_BYTES = 12;

  private final byte[] content;
  private final byte @Nullable [] gzipped;
  private final String contentType;
  private final String etag;
  private final boolean immutable;

  Asset(byte[] content, AssetType type, boolean immutable) {
    this.content = content;
    this.gzipped = type.isText() && content.length >= MIN_COMPRESSED_BYTES ? gzip(content) : null;
    this.contentType = type.contentType();
    this.etag = '"' + HexFormat.of().formatHex(sha256(content), 0, ETAG_BYTES) + '"';
    this.immutable = immutable;
  }

  public byte[] content() {
    return content;
  }

  /** The content as gzip; empty for what is small or compressed already. */
  public Optional<byte[]> gzipped() {
    return Optional.ofNullable(gzipped);
  }

  /** With its character set, for example {@code text/css; charset=utf-8}. */
  public String contentType() {
    return contentType;
  }

  /** A strong entity tag of the content, with its quotes. */
  public String etag() {
    return etag;
  }

  /** Whether the path names a version, so that it will never stand for other content. */
  public boolean immutable() {
    return immutable;
  }

  static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 2);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
