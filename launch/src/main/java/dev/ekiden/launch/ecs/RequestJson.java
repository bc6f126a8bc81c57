package dev.ekiden.launch.ecs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** The body of a request as the SDK will send it. */
final class RequestJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RequestJson() {}

  /** For a reader. */
  static String of(SdkPojo request) {
    return write(MAPPER.writerWithDefaultPrettyPrinter(), request);
  }

  /** Without any space, as it is sent. */
  static String compact(SdkPojo request) {
    return write(MAPPER.writer(), request);
  }

  private static String write(ObjectWriter writer, SdkPojo request) {
    try {
      return writer.writeValueAsString(tree(request));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Maps, lists and texts are always JSON", e);
    }
  }

  private static Object tree(Object value) {
    return switch (value) {
      case SdkPojo part -> fields(part);
      case List<?> list -> list.stream().map(RequestJson::tree).toList();
      case Map<?, ?> map -> {
        Map<String, Object> tree = new LinkedHashMap<>();
        map.forEach((key, part) -> tree.put(key.toString(), tree(part)));
        yield tree;
      }
      default -> value;
    };
  }

  private static Map<String, Object> fields(SdkPojo part) {
    Map<String, Object> tree = new LinkedHashMap<>();
    for (SdkField<?> field : part.sdkFields()) {
      Object value = field.getValueOrDefault(part);
      if (isSaid(value)) {
        tree.put(field.locationName(), tree(value));
      }
    }
    return tree;
  }

  /** The SDK makes empty lists of what nobody set, and does not send them. */
  private static boolean isSaid(@Nullable Object value) {
    return value != null
        && !(value instanceof SdkAutoConstructList<?>)
        && !(value instanceof SdkAutoConstructMap<?, ?>);
  }
}
