package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.ekiden.server.http.HttpListener.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Holds a server to its OpenAPI document: the routes are the documented ones, and each answer has a
 * documented status, content type and form, with no field that the document does not know.
 */
public final class OpenApiContract {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete");

  private final ObjectNode document;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Set<String> seen = new TreeSet<>();

  private OpenApiContract(ObjectNode document) {
    this.document = document;
  }

  /** Reads a document of the class path. */
  public static OpenApiContract of(String resource) {
    try (InputStream in = OpenApiContract.class.getClassLoader().getResourceAsStream(resource)) {
      return new OpenApiContract((ObjectNode) YAMLMapper.shared().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The documented operations, as {@code GET /path/{parameter}}. */
  public Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    document
        .path("paths")
        .propertyStream()
        .forEach(path ->
            path.getValue()
                .propertyNames()
                .forEach(name -> {
                  if (METHODS.contains(name)) {
                    operations.add(operation(name, path.getKey()));
                  }
                }));
    return operations;
  }

  /** Routes and document name the same operations. */
  public void assertSame(Collection<Route> routes) {
    Set<String> offered = new TreeSet<>();
    routes.forEach(route -> offered.add(operation(route.method(), route.path())));
    assertThat(offered).isEqualTo(operations());
  }

  /** An answer is as documented; {@code path} is the template. */
  public void check(String method, String path, Http.Answer answer) {
    JsonNode responses = find(method, path).path("responses");
    JsonNode response = responses.path(Integer.toString(answer.status()));
    boolean expected = !response.isMissingNode();
    JsonNode described = resolve(expected ? response : responses.path("default"));
    assertThat(described.isMissingNode())
        .as("%s %s: status %d is documented", method, path, answer.status())
        .isFalse();
    JsonNode contents = described.path("content");
    String type = mediaType(answer.header("Content-Type"));
    if (!contents.isMissingNode()) {
      assertThat(contents.propertyNames())
          .as("content types of %s %s %d", method, path, answer.status())
          .contains(type);
      if (type.endsWith("json")) {
        validate(method + " " + path, contents.path(type).path("schema"), answer.json());
      }
    } else {
      assertThat(answer.body()).as("%s %s has no body", method, path).isEmpty();
    }
    if (expected && answer.status() < 400) {
      seen.add(operation(method, path));
    }
  }

  /** Every documented operation has been answered well at least once. */
  public void assertAllSeen() {
    assertThat(seen).isEqualTo(operations());
  }

  private void validate(String what, JsonNode schema, JsonNode value) {
    ObjectNode whole = closed(schema.deepCopy(), false).asObject();
    whole.set("components", closed(document.path("components").deepCopy(), true));
    Schema compiled = registry.getSchema(whole);
    List<Error> errors = compiled.validate(value);
    assertThat(errors).as("%s answers %s", what, value).isEmpty();
  }

  /**
   * Forbids fields that are not documented, wherever a schema is used. Named schemas themselves
   * stay open, because others are composed of them.
   */
  private static JsonNode closed(JsonNode node, boolean named) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        if (!property.getKey().equals("allOf")) {
          closed(property.getValue(), property.getKey().equals("schemas"));
        }
      }
      boolean isUse = object.has("$ref") || object.path("properties").isObject();
      if (!named && isUse && !object.has("additionalProperties")) {
        object.put("unevaluatedProperties", false);
      }
      if (named) {
        object
            .propertyStream()
            .forEach(schema -> {
              if (schema.getValue() instanceof ObjectNode open) {
                open.remove("unevaluatedProperties");
              }
            });
      }
    } else if (node.isArray()) {
      node.forEach(element -> closed(element, false));
    }
    return node;
  }

  private JsonNode find(String method, String path) {
    JsonNode operation =
        document.path("paths").path(path).path(method.toLowerCase(java.util.Locale.ROOT));
    assertThat(operation.isMissingNode()).as("%s %s is documented", method, path).isFalse();
    return operation;
  }

  private JsonNode resolve(JsonNode node) {
    if (!node.has("$ref")) {
      return node;
    }
    return document.at(node.path("$ref").asString("").substring(1));
  }

  private static String operation(String method, String path) {
    return method.toUpperCase(java.util.Locale.ROOT) + " " + path;
  }

  private static String mediaType(String contentType) {
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).strip();
  }
}
