package org.steadygrad.spec.yaml;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/** Makes records of {@link Node}s, driven by the records' components and annotations. Collects all mistakes. */
final class Binder {
    /** Stands for a value whose mistake is already in {@link #problems}. */
    private static final Object BAD = new Object();

    private static final Pattern RECORD_ERROR =
            Pattern.compile("([^:]*): (expected ([A-Za-z0-9]+)?.*)", Pattern.DOTALL);

    private final Problems problems = new Problems();

    private Binder() {}

    /** @throws InvalidInputException that names every mistake with its place */
    static <T extends Record> T bind(Class<T> type, Node node) {
        Binder binder = new Binder();
        Object value = binder.record(type, node, "");
        binder.problems.throwIfAny();
        return type.cast(value);
    }

    /**
     * A record with its defaults.
     *
     * @param required values of the components that have none, in their order
     * @throws InvalidInputException as the record's constructor throws it
     */
    static <T extends Record> T make(Class<T> type, Object... required) {
        Iterator<Object> given = Arrays.asList(required).iterator();
        Node.Mapping nothing = Node.Mapping.empty(new Place("defaults of " + type.getSimpleName(), 0));
        Binder binder = new Binder();
        Object[] values = Schema.components(type).stream()
                .map(component ->
                        Schema.isRequired(component) ? given.next() : binder.component(component, nothing, ""))
                .toArray();
        binder.problems.throwIfAny();
        try {
            return type.cast(Schema.constructor(type).newInstance(values));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException("The constructor of " + type.getName() + " failed.", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The record " + type.getName() + " can't be made.", e);
        }
    }

    /** @param doc what the key means, for errors */
    private Object value(Type type, Node node, String key, String doc) {
        Class<?> element = Schema.elementType(type);
        if (element != null) {
            return list(element, node, key, doc);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return record(plain, node, key);
        }
        try {
            if (plain.isSealed()) {
                Variant variant = Variant.of(plain, node, key, doc);
                return record(variant.type(), variant.settings(key), variant.path(key));
            }
            if (node instanceof Node.Scalar scalar) {
                return Scalars.parse(plain, scalar, scalar.place().who(key), doc);
            }
            throw Problems.wrong(node.place().who(key), Scalars.expected(plain), node, doc);
        } catch (InvalidInputException e) {
            problems.add(e);
            return BAD;
        }
    }

    private Object list(Class<?> element, Node node, String key, String doc) {
        boolean single = node instanceof Node.Scalar scalar && !scalar.isNull() && Schema.isScalar(element);
        List<Node> items = single ? List.of(node) : node instanceof Node.Sequence s ? s.items() : null;
        if (items == null) {
            String remedy = "Start each entry with '- '. " + doc;
            problems.add(Problems.wrong(node.place().who(key), "a list", node, remedy.strip()));
            return BAD;
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            values.add(value(element, items.get(i), Keys.join(key, i), doc));
        }
        return values.contains(BAD) ? BAD : values;
    }

    private Object record(Class<?> type, Node node, String key) {
        Node filled = node instanceof Node.Scalar s && s.isNull() ? Node.Mapping.empty(s.place()) : node;
        if (!(filled instanceof Node.Mapping mapping)) {
            String expected = "keys such as " + String.join(", ", Schema.names(type));
            problems.add(Problems.wrong(node.place().who(key), expected, node, Schema.doc(type)));
            return BAD;
        }
        boolean good = knownKeysOnly(type, mapping, key);
        List<RecordComponent> components = Schema.components(type);
        Object[] values = new Object[components.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = component(components.get(i), mapping, key);
        }
        return good && !Arrays.asList(values).contains(BAD) ? construct(type, values, mapping, key) : BAD;
    }

    private boolean knownKeysOnly(Class<?> type, Node.Mapping mapping, String key) {
        List<String> known = Schema.names(type);
        boolean good = true;
        for (var entry : mapping.entries().entrySet()) {
            if (!known.contains(entry.getKey())) {
                String who = entry.getValue().keyPlace().who(Keys.join(key, entry.getKey()));
                problems.add(Problems.unknownWord(who, entry.getKey(), known));
                good = false;
            }
        }
        return good;
    }

    private Object component(RecordComponent component, Node.Mapping mapping, String key) {
        String path = Keys.join(key, component.getName());
        Node.Entry entry = mapping.entries().get(component.getName());
        if (entry != null) {
            boolean isNull = entry.value() instanceof Node.Scalar scalar && scalar.isNull();
            if (isNull && Schema.mayBeAbsent(component)) {
                return null;
            }
            return value(component.getGenericType(), entry.value(), path, Schema.doc(component));
        }
        if (Schema.mayBeAbsent(component)) {
            return null;
        }
        Node standard = Schema.defaultOf(component);
        if (standard != null) {
            return value(component.getGenericType(), standard, path, "");
        }
        problems.add(missing(component, mapping.place(), path));
        return BAD;
    }

    private static InvalidInputException missing(RecordComponent component, Place place, String path) {
        String expected = "a value (" + Schema.doc(component).replaceAll("\\.$", "") + ")";
        String name = component.getName();
        if (!Schema.isScalar(component.getType()) || path.equals(name)) {
            return InvalidInputException.of(place.who(path), expected, null, "Add the key " + name + ".");
        }
        String remedy = "Add the key " + name + ", or give --set " + path + "=" + placeholder(component) + ".";
        return InvalidInputException.of(place.who(path), expected, null, remedy);
    }

    private static String placeholder(RecordComponent component) {
        if (component.getType() == String.class) {
            return Schema.doc(component).matches("(?i).*\\bfile\\b.*") ? "FILE" : "TEXT";
        }
        return component.getType().isEnum()
                ? Schema.constants(component.getType()).keySet().iterator().next()
                : "NUMBER";
    }

    private Object construct(Class<?> type, Object[] values, Node.Mapping mapping, String key) {
        try {
            return Schema.constructor(type).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidInputException problem) {
                problems.add(placed(problem, type, mapping, key));
                return BAD;
            }
            throw new IllegalStateException("The constructor of " + type.getName() + " failed.", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The record " + type.getName() + " can't be made.", e);
        }
    }

    /** Puts file, line and key in front of a record's own complaint, those of the component it speaks of if it does. */
    private static InvalidInputException placed(
            InvalidInputException problem, Class<?> type, Node.Mapping mapping, String key) {
        Matcher matcher = RECORD_ERROR.matcher(problem.getMessage());
        if (!matcher.matches()) {
            return new InvalidInputException(mapping.place().who(key) + ": " + problem.getMessage(), problem);
        }
        String lastOfWho = matcher.group(1).substring(matcher.group(1).lastIndexOf('.') + 1);
        for (String name : Arrays.asList(String.valueOf(matcher.group(3)), lastOfWho)) {
            if (Schema.component(type, name) != null) {
                Node.Entry entry = mapping.entries().get(name);
                Place place = entry == null ? mapping.place() : entry.keyPlace();
                String who = place.who(Keys.join(key, name));
                return new InvalidInputException(who + ": " + matcher.group(2), problem);
            }
        }
        return new InvalidInputException(mapping.place().who(key) + ": " + matcher.group(2), problem);
    }
}
