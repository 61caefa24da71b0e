package dev.dbos.configuration;

import dev.dbos.error.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads YAML 1.2. The only class that needs SnakeYAML Engine, so that a program without a
 * configuration file runs without it.
 */
final class YamlParser {
  /** More than anybody writes, and little enough to be read on any thread. */
  private static final int MOST_NODES = 10_000;

  private static final int MOST_DEPTH = 50;

  private final String file;
  private int nodes;

  private YamlParser(String file) {
    this.file = file;
  }

  /**
   * The one document in {@code text}, or empty when there is none.
   *
   * @param file its name, for messages
   * @throws ConfigurationException when it is not YAML; the message shows none of its contents,
   *     which may be a password
   */
  static Optional<YamlNode> parse(String file, String text) {
    YamlParser parser = new YamlParser(file);
    try {
      return new Compose(LoadSettings.builder().setLabel(file).build())
          .composeString(text)
          .map(node -> parser.convert(node, 0));
    } catch (StackOverflowError tooDeep) {
      throw new ConfigurationException(file + " is nested too deeply.", null);
    } catch (MarkedYamlEngineException wrong) {
      throw new ConfigurationException(
          parser.at(wrong.getProblemMark()) + "this is not YAML: " + wrong.getProblem(), null);
    } catch (YamlEngineException wrong) {
      throw new ConfigurationException(file + " is not YAML.", null);
    }
  }

  /** Aliases are expanded, so that few lines may mean very many nodes, or contain themselves. */
  private YamlNode convert(Node node, int depth) {
    int line = line(node.getStartMark());
    if (++nodes > MOST_NODES || depth > MOST_DEPTH) {
      throw new ConfigurationException(
          at(node.getStartMark())
              + "there is too much in this file, or it is nested too deeply; a configuration needs"
              + " neither",
          null);
    }
    return switch (node) {
      case MappingNode mapping -> mapping(mapping, line, depth);
      case SequenceNode sequence ->
          new YamlNode.Sequence(
              line, sequence.getValue().stream().map(item -> convert(item, depth + 1)).toList());
      case ScalarNode scalar -> new YamlNode.Scalar(line, scalar.getValue(), type(scalar.getTag()));
      default -> throw new ConfigurationException(at(node.getStartMark()) + "not supported", null);
    };
  }

  private YamlNode mapping(MappingNode node, int line, int depth) {
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      String at = at(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new ConfigurationException(at + "a key must be a word", null);
      }
      YamlNode value = convert(tuple.getValueNode(), depth + 1);
      YamlNode.Entry entry = new YamlNode.Entry(line(key.getStartMark()), value);
      if (entries.put(key.getValue(), entry) != null) {
        throw new ConfigurationException(
            at + "the key " + key.getValue() + " is there twice; keep one", null);
      }
    }
    return new YamlNode.Mapping(line, entries);
  }

  private static YamlNode.Type type(Tag tag) {
    if (tag.equals(Tag.INT)) {
      return YamlNode.Type.WHOLE_NUMBER;
    }
    if (tag.equals(Tag.FLOAT)) {
      return YamlNode.Type.NUMBER;
    }
    if (tag.equals(Tag.BOOL)) {
      return YamlNode.Type.TRUTH;
    }
    return tag.equals(Tag.NULL) ? YamlNode.Type.NOTHING : YamlNode.Type.TEXT;
  }

  private String at(Optional<Mark> mark) {
    return file + ", line " + line(mark) + ": ";
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(Mark::getLine).orElse(0) + 1;
  }
}
