package org.steadygrad.spec.yaml;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;

/**
 * Changes single values of a run file, as {@code --set key=value} asks. The types say what a path means, so it reaches
 * through every way of saying a variant: {@code data.path}, {@code data.text.path} and {@code training.updater.adam}
 * all work, whichever form the file uses and whether the key stands in it or only has a default. {@code [1]} is the entry
 * of a list with the index 1, and {@code [+1]} a new one before it; after the last entry, the number of entries is the index.
 */
final class Overrides {
    private final Place place;
    private final List<String> steps;
    private final String text;

    private Overrides(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw InvalidInputException.of(
                    "--set " + assignment, "key=value, for example training.epochs=3", assignment, "");
        }
        String path = assignment.substring(0, equals).strip();
        this.place = new Place("--set " + path, 0);
        this.steps = Keys.steps(path, place.source());
        this.text = assignment.substring(equals + 1).strip();
    }

    /** Returns {@code root}, read as a {@code type}, with one assignment after the other applied. */
    static Node apply(Class<? extends Record> type, Node root, List<String> assignments) {
        Node changed = root;
        for (String assignment : assignments) {
            changed = new Overrides(assignment).set(type, changed, 0, "");
        }
        return changed;
    }

    /**
     * @param node what stands there now; {@code null} if nothing does
     * @param step the number of steps that lead here
     * @param here the same as a path
     */
    private Node set(Type type, Node node, int step, String here) {
        if (step == steps.size()) {
            return value(type);
        }
        Class<?> element = Schema.elementType(type);
        if (element != null) {
            return setItem(element, node, step, here);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return setComponent(plain, asMapping(node, here), step, here);
        }
        if (plain.isSealed()) {
            return setVariant(plain, node, step, here);
        }
        throw Problems.wrong(
                place.source(), here + " to be the whole path", "a path that goes on", here + " is a single value.");
    }

    private Node value(Type type) {
        boolean verbatim = type == String.class && !text.startsWith("\"") && !text.startsWith("'");
        Node value = verbatim ? new Node.Scalar(place, text, false) : YamlText.compose(text, place.source(), false);
        return value == null ? new Node.Scalar(place, "", false) : value;
    }

    private Node setItem(Class<?> element, Node node, int step, String here) {
        int index = Keys.index(steps.get(step));
        boolean inserts = Keys.inserts(steps.get(step));
        List<Node> items = node instanceof Node.Sequence sequence ? sequence.items() : List.of();
        int last = inserts ? items.size() : items.size() - 1;
        if (index < 0 || index > last) {
            throw InvalidInputException.of(
                    place.source(),
                    here + (inserts ? "[+i]" : "[i]") + " with i from 0 to " + last,
                    here + (index < 0 ? "." : "") + steps.get(step),
                    "The list has " + items.size() + (items.size() == 1 ? " entry." : " entries."));
        }
        List<Node> changed = new ArrayList<>(items);
        if (inserts) {
            changed.add(index, set(element, null, step + 1, Keys.join(here, index)));
        } else {
            changed.set(index, set(element, items.get(index), step + 1, Keys.join(here, index)));
        }
        return new Node.Sequence(node == null ? place : node.place(), List.copyOf(changed));
    }

    private Node.Mapping asMapping(Node node, String here) {
        if (Node.isNothing(node)) {
            return Node.Mapping.empty(place);
        }
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        throw Problems.wrong(node.place().who(here), "keys with values", node, "");
    }

    private Node setComponent(Class<?> record, Node.Mapping mapping, int step, String here) {
        String name = steps.get(step);
        RecordComponent component = Schema.component(record, name);
        if (component == null) {
            throw Problems.unknownWord(place.source(), name, Schema.names(record));
        }
        Node.Entry entry = mapping.entries().get(name);
        Node now = entry == null ? Schema.defaultOf(component) : entry.value();
        Node changed = set(component.getGenericType(), now, step + 1, Keys.join(here, name));
        Place keyPlace = entry == null || step == steps.size() - 1 ? place : entry.keyPlace();
        return mapping.with(name, new Node.Entry(keyPlace, changed));
    }

    private Node setVariant(Class<?> sealed, Node node, int step, String here) {
        String name = steps.get(step);
        boolean last = step == steps.size() - 1;
        Map<String, Class<?>> known = Schema.variants(sealed);
        boolean none = Node.isNothing(node);
        Variant now = none ? null : Variant.of(sealed, node, here, "");
        if (now != null && name.equals(now.name())) {
            Node body = last
                    ? value(now.type())
                    : setComponent(now.type(), now.settings(here), step + 1, Keys.join(here, name));
            return now.with(body);
        }
        if (now != null && Schema.component(now.type(), name) != null) {
            return now.with(setComponent(now.type(), now.settings(here), step, here));
        }
        if (last && name.equals("kind")) {
            return new Node.Scalar(place, text, false);
        }
        if (!known.containsKey(name)) {
            List<String> words = new ArrayList<>(now == null ? List.of() : Schema.names(now.type()));
            words.addAll(known.keySet());
            throw Problems.unknownWord(place.source(), name, words);
        }
        Class<?> type = known.get(name);
        Node body = last ? value(type) : setComponent(type, Node.Mapping.empty(place), step + 1, Keys.join(here, name));
        return new Variant(name, type, place, body, false).with(body);
    }
}
