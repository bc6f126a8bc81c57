package dev.ekiden.fleet.yaml;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** A YAML document with the places of everything in it. */
public final class YamlDocument {
  /** Longest document. */
  public static final int MAX_LENGTH = 1_000_000;

  private final String file;
  private final Node root;

  private YamlDocument(String file, Node root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads a document.
   *
   * @param file named in messages
   * @throws YamlException if it is none
   */
  public static YamlDocument parse(String file, String text) {
    if (text.length() > MAX_LENGTH) {
      throw new YamlException(file, 1, "is longer than %,d characters".formatted(MAX_LENGTH));
    }
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setMaxAliasesForCollections(50).build();
    try {
      Node root =
          new Compose(settings)
              .composeString(text)
              .orElseThrow(() -> new YamlException(file, 1, "is empty"));
      return new YamlDocument(file, root);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new YamlException(file, line, "is no YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new YamlException(file, 1, "is no YAML: " + e.getMessage());
    }
  }

  /** The document as fields. */
  public YamlMap map() {
    if (root instanceof MappingNode mapping) {
      return new YamlMap(file, "", mapping);
    }
    throw new YamlException(file, YamlMap.line(root), "must have fields, as in `title: …`");
  }
}
