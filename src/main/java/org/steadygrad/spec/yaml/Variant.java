package org.steadygrad.spec.yaml;

import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;

/**
 * A choice among a sealed interface's records, in any of the ways a run file may say it: {@code gru: {units: 256}},
 * {@code gru: 256} (the first component), {@code auto} (all defaults) or {@code {kind: text, path: f.txt}}.
 *
 * @param body what stands beside the name; {@code null} when the name stands alone
 * @param byKind whether it was said by the key {@code kind}
 */
record Variant(String name, Class<?> type, Place place, Node body, boolean byKind) {
    private static final String KIND = "kind";

    /** @param doc what the choice is for, for the error */
    static Variant of(Class<?> sealed, Node node, String key, String doc) {
        Map<String, Class<?>> known = Schema.variants(sealed);
        if (node instanceof Node.Scalar scalar && !scalar.isNull()) {
            return named(known, scalar, key, null, false);
        }
        if (node instanceof Node.Mapping mapping && !mapping.entries().isEmpty()) {
            Node.Entry kind = mapping.entries().get(KIND);
            if (kind != null && kind.value() instanceof Node.Scalar scalar) {
                return named(known, scalar, key, mapping.without(KIND), true);
            }
            return single(known, mapping, key);
        }
        throw Problems.wrong(node.place().who(key), "one of " + String.join(", ", known.keySet()), node, doc);
    }

    private static Variant single(Map<String, Class<?>> known, Node.Mapping mapping, String key) {
        List<String> names = List.copyOf(mapping.entries().keySet());
        if (names.size() > 1) {
            Node.Entry second = mapping.entries().get(names.get(1));
            throw Problems.wrong(
                    second.keyPlace().who(key),
                    "a single one of " + String.join(", ", known.keySet()),
                    mapping,
                    "Its settings go below it, indented, or in braces: " + example(known, names) + ".");
        }
        Node.Entry entry = mapping.entries().get(names.get(0));
        Node.Scalar name = new Node.Scalar(entry.keyPlace(), names.get(0), false);
        return named(known, name, key, entry.value(), false);
    }

    private static String example(Map<String, Class<?>> known, List<String> names) {
        String name = names.stream()
                .filter(known::containsKey)
                .findFirst()
                .orElse(known.keySet().iterator().next());
        return name + ": {key: value}";
    }

    private static Variant named(Map<String, Class<?>> known, Node.Scalar name, String key, Node body, boolean byKind) {
        Class<?> type = known.get(name.text());
        if (type == null) {
            throw Problems.unknownWord(name.place().who(key), name.text(), known.keySet());
        }
        return new Variant(name.text(), type, name.place(), body, byKind);
    }

    /** Returns the key path of this variant's components, {@code key} being that of the choice. */
    String path(String key) {
        return byKind ? key : Keys.join(key, name);
    }

    /** Returns this variant's settings by component, the short form written out. */
    Node.Mapping settings(String key) {
        if (body instanceof Node.Mapping mapping) {
            return mapping;
        }
        if (Node.isNothing(body)) {
            return Node.Mapping.empty(place);
        }
        List<String> names = Schema.names(type);
        if (names.isEmpty()) {
            throw InvalidInputException.of(
                    body.place().who(path(key)), "no value", body.describe(), "Write just " + name + ".");
        }
        boolean fitsFirst = body instanceof Node.Scalar
                || Schema.elementType(Schema.components(type).get(0).getGenericType()) != null;
        if (!fitsFirst) {
            throw Problems.wrong(
                    body.place().who(path(key)),
                    "keys such as " + String.join(", ", names) + ", or a single value for " + names.get(0),
                    body,
                    Schema.doc(type));
        }
        return Node.Mapping.empty(body.place()).with(names.get(0), new Node.Entry(body.place(), body));
    }

    /** Returns the choice as a node again, in the way it was said, with other settings. */
    Node.Mapping with(Node settings) {
        if (byKind && settings instanceof Node.Mapping mapping) {
            return mapping.with(KIND, new Node.Entry(place, new Node.Scalar(place, name, false)));
        }
        return Node.Mapping.empty(place).with(name, new Node.Entry(place, settings));
    }
}
