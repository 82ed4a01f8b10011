package org.steadygrad.spec.yaml;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.check.InvalidInputException;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Turns YAML text into {@link Node}s. Composes only, so tags can't make objects; limits on size, depth and aliases keep
 * hostile files from taking time or memory.
 */
final class YamlText {
    /** The YAML scanner's time grows with the square of a comment's or a text's length; at this size it is well under a second. */
    static final int MAX_CHARACTERS = 1 << 18;

    private static final int MAX_DEPTH = 30;
    private static final int MAX_NODES = 50_000;
    private static final Set<Tag> PLAIN_TAGS =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP, Tag.MERGE, Tag.SEQ, Tag.MAP);

    /** How the composer words its own refusal of a tag that names a class. */
    private static final String REFUSED_TAG = "Global tag is not allowed: ";

    private final String source;
    private final boolean lines;
    private int nodes;

    private YamlText(String source, boolean lines) {
        this.source = source;
        this.lines = lines;
    }

    /**
     * @param lines whether line numbers help; not so for a value from the command line
     * @return the document, or {@code null} when the text holds nothing but comments
     */
    static Node compose(String text, String source, boolean lines) {
        YamlText reader = new YamlText(source, lines);
        try {
            org.yaml.snakeyaml.nodes.Node root = new Yaml(options()).compose(new StringReader(text));
            return root == null ? null : reader.convert(root, 0);
        } catch (MarkedYAMLException e) {
            throw reader.syntaxError(text, e);
        } catch (ReaderException e) {
            Place place = reader.place((int)
                    text.chars().limit(e.getPosition()).filter(c -> c == '\n').count());
            throw Problems.wrong(
                    place.who(""),
                    "a text file",
                    String.format("the character U+%04X", e.getCodePoint()),
                    "Is it really a run file? Such characters may only be written in double quotes, escaped.");
        } catch (YAMLException e) {
            throw Problems.wrong(
                    source,
                    "a run file of moderate depth and length",
                    "YAML that goes beyond the limits (" + e.getMessage() + ")",
                    "");
        }
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARACTERS);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(50);
        options.setAllowRecursiveKeys(false);
        return options;
    }

    private InvalidInputException syntaxError(String text, MarkedYAMLException e) {
        int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine();
        String problem = e.getProblem() == null ? "" : e.getProblem();
        if (problem.startsWith(REFUSED_TAG)) {
            return tag(place(line), problem.substring(REFUSED_TAG.length()));
        }
        String remedy = "";
        if (problem.contains("TAB")
                || text.lines().skip(line).findFirst().orElse("").startsWith("\t")) {
            remedy = "Indent with spaces, not with tabs.";
        } else if (String.valueOf(e.getContext()).contains("single document")) {
            remedy = "A run file holds one document; take out the line ---.";
        } else if (problem.contains("mapping values are not allowed")) {
            remedy = "Look for a wrong indentation, or put a text that holds ': ' in quotes.";
        }
        return Problems.wrong(
                place(line).who(""), "YAML", "something else: " + problem.replaceAll("[.\\s]+$", ""), remedy);
    }

    private Place place(int lineFromZero) {
        return new Place(source, lines ? lineFromZero + 1 : 0);
    }

    private Node convert(org.yaml.snakeyaml.nodes.Node node, int depth) {
        Place place = place(node.getStartMark().getLine());
        if (depth > MAX_DEPTH || ++nodes > MAX_NODES) {
            throw Problems.wrong(
                    place.who(""),
                    "at most " + MAX_DEPTH + " levels and " + MAX_NODES + " values",
                    "more, once aliases (*name) are written out",
                    "Write the values out without anchors and aliases.");
        }
        if (!PLAIN_TAGS.contains(node.getTag())) {
            throw tag(place, node.getTag().toString());
        }
        if (node instanceof ScalarNode scalar) {
            boolean quoted = scalar.getScalarStyle() != DumperOptions.ScalarStyle.PLAIN;
            return new Node.Scalar(place, scalar.getValue(), quoted);
        }
        if (node instanceof SequenceNode sequence) {
            List<Node> items = new ArrayList<>();
            for (org.yaml.snakeyaml.nodes.Node item : sequence.getValue()) {
                items.add(convert(item, depth + 1));
            }
            return new Node.Sequence(place, List.copyOf(items));
        }
        return mapping((MappingNode) node, place, depth);
    }

    private static InvalidInputException tag(Place place, String tag) {
        return Problems.wrong(
                place.who(""), "plain values", "the tag " + tag, "Run files are data only: take the tag (!...) out.");
    }

    private Node mapping(MappingNode mapping, Place place, int depth) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Node key = convert(tuple.getKeyNode(), depth + 1);
            if (!(key instanceof Node.Scalar scalar)) {
                throw Problems.wrong(key.place().who(""), "a word as key", key.describe(), "");
            }
            Node value = convert(tuple.getValueNode(), depth + 1);
            Node.Entry earlier = entries.put(scalar.text(), new Node.Entry(key.place(), value));
            if (earlier != null) {
                throw Problems.wrong(
                        key.place().who(scalar.text()),
                        "each key once",
                        "it twice, first in line " + earlier.keyPlace().line(),
                        "Take one of the two out.");
            }
        }
        return new Node.Mapping(place, entries);
    }
}
