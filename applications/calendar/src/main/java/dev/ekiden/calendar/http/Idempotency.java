package dev.ekiden.calendar.http;

import dev.ekiden.calendar.store.IdempotencyTable;
import dev.ekiden.calendar.store.Secrets;
import dev.ekiden.postgres.TransactionWork;
import dev.ekiden.server.Json;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Request;
import dev.ekiden.server.Response;
import dev.ekiden.server.Services;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request once: who sends it again with the same {@code Idempotency-Key} gets the same
 * answer, and nothing happens twice. The answer is stored in the transaction that does the work, so
 * there is never one without the other. A request that was refused did nothing and may be sent
 * again. Thread-safe.
 *
 * <p>Who knows the key can have the answer, so it should be random, such as a UUID.
 */
final class Idempotency {

  static final String HEADER = "Idempotency-Key";

  /** A shorter key could be guessed. */
  static final int MINIMUM_LENGTH = 16;

  static final int MAXIMUM_LENGTH = 200;

  /** How long an answer is kept at least. */
  static final Duration KEPT = Duration.ofHours(24);

  /** So many keys that are over go with each new one, so that they never pile up. */
  private static final int FORGOTTEN_AT_ONCE = 10;

  private static final Pattern FORM =
      Pattern.compile("[\\x21-\\x7e]{" + MINIMUM_LENGTH + "," + MAXIMUM_LENGTH + "}");

  /** Each key encrypts one answer only, so the nonce need not differ. */
  private static final byte[] NONCE = new byte[12];

  private static final int TAG_BITS = 128;

  private final Services services;

  Idempotency(Services services) {
    this.services = services;
  }

  private record Stored(int status, @Nullable String location, String contentType, String body) {}

  /**
   * Does the work in a transaction, or answers what it answered before.
   *
   * @param body as it was read, null for none: the same key with another one is refused
   */
  Response once(Request request, @Nullable Object body, TransactionWork<Response> work) {
    Optional<String> header = request.header(HEADER);
    if (header.isEmpty()) {
      return services.database().inTransaction(work);
    }
    String key = header.get();
    if (!FORM.matcher(key).matches()) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "invalid-idempotency-key",
                  "the header %s must have %d to %d visible ASCII characters"
                      .formatted(HEADER, MINIMUM_LENGTH, MAXIMUM_LENGTH))
              .withField(HEADER));
    }
    byte[] requestHash =
        Secrets.sha256(
            request.method()
                + " "
                + request.path()
                + "\n"
                + (body == null ? "" : Json.MAPPER.writeValueAsString(body)));
    return services.database().inTransaction(handle -> once(handle, key, requestHash, work));
  }

  private Response once(
      Handle handle, String key, byte[] requestHash, TransactionWork<Response> work) {
    byte[] keyHash = Secrets.sha256("name of " + key);
    Instant now = services.engine().clock().now(handle.getConnection());
    if (!IdempotencyTable.take(handle, keyHash, requestHash, now)) {
      IdempotencyTable.Used used = IdempotencyTable.find(handle, keyHash);
      if (!used.isFor(requestHash)) {
        throw new ProblemException(
            Problem.of(
                    422,
                    "idempotency-key-reused",
                    "this %s was used for another request; each request needs its own"
                        .formatted(HEADER))
                .withField(HEADER));
      }
      return response(crypt(Cipher.DECRYPT_MODE, key, used.answer()));
    }
    IdempotencyTable.forget(handle, now.minus(KEPT), FORGOTTEN_AT_ONCE);
    Response response = work.run(handle);
    IdempotencyTable.keep(handle, keyHash, crypt(Cipher.ENCRYPT_MODE, key, bytes(response)));
    return response;
  }

  private static byte[] bytes(Response response) {
    if (!(response.body() instanceof Response.Body.Bytes bytes)) {
      throw new IllegalArgumentException("Only answers that are ready can be given again");
    }
    return Json.MAPPER.writeValueAsBytes(
        new Stored(
            response.status(),
            response.headers().get("Location"),
            bytes.contentType(),
            new String(bytes.content(), StandardCharsets.UTF_8)));
  }

  private static Response response(byte[] answer) {
    Stored stored = Json.MAPPER.readValue(answer, Stored.class);
    Response response =
        Response.bytes(
            stored.status(), stored.contentType(), stored.body().getBytes(StandardCharsets.UTF_8));
    @Nullable String location = stored.location();
    return new Response(
        response.status(),
        location == null ? Map.of() : Map.of("Location", location),
        response.body());
  }

  private static byte[] crypt(int mode, String key, byte[] content) {
    byte[] secret = Secrets.sha256("answer of " + key);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(TAG_BITS, NONCE));
      return cipher.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A stored answer cannot be read", e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }
}
