package org.steadygrad.spec.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of a run file: plain data with its place, aliases written out. Never changed once made. */
sealed interface Node {
    Place place();

    /** Whether nothing is given: no node at all, or an empty value, {@code ~} or {@code null}. */
    static boolean isNothing(Node node) {
        return node == null || (node instanceof Scalar scalar && scalar.isNull());
    }

    /** What it is, for errors that got something else. */
    String describe();

    /**
     * A single value.
     *
     * @param quoted whether the text stood in quotes (or was a block scalar) and so is text whatever it looks like
     */
    record Scalar(Place place, String text, boolean quoted) implements Node {
        private static final int SHOWN = 60;

        boolean isNull() {
            return !quoted && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
        }

        @Override
        public String describe() {
            if (isNull()) {
                return "nothing";
            }
            String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
            return '"' + shown + '"';
        }
    }

    /** A list. */
    record Sequence(Place place, List<Node> items) implements Node {
        @Override
        public String describe() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    /**
     * A key's value.
     *
     * @param keyPlace where the key stands, which for a block value is a line above the value
     */
    record Entry(Place keyPlace, Node value) {}

    /** Keys with values, in the order of the file. */
    record Mapping(Place place, Map<String, Entry> entries) implements Node {
        static Mapping empty(Place place) {
            return new Mapping(place, Map.of());
        }

        @Override
        public String describe() {
            return entries.isEmpty() ? "an empty mapping" : "the keys " + String.join(", ", entries.keySet());
        }

        Mapping with(String key, Entry entry) {
            Map<String, Entry> changed = new LinkedHashMap<>(entries);
            changed.put(key, entry);
            return new Mapping(place, changed);
        }

        Mapping without(String key) {
            Map<String, Entry> changed = new LinkedHashMap<>(entries);
            changed.remove(key);
            return new Mapping(place, changed);
        }
    }
}
