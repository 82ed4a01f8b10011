package org.steadygrad.spec.yaml;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/**
 * Learns which values a record's component allows from the record itself: it is given a value that no range includes,
 * and its complaint holds the range. So the reference can't say anything else than the record does.
 */
final class Ranges {
    private static final Map<Class<?>, Object> IMPOSSIBLE = Map.of(
            int.class, Integer.MIN_VALUE,
            Integer.class, Integer.MIN_VALUE,
            double.class, Double.NaN,
            Double.class, Double.NaN,
            String.class, "");

    private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(
            Map.entry(String.class, "x"),
            Map.entry(boolean.class, false),
            Map.entry(Boolean.class, false),
            Map.entry(int.class, 1),
            Map.entry(Integer.class, 1),
            Map.entry(long.class, 1L),
            Map.entry(Long.class, 1L),
            Map.entry(double.class, 0.5),
            Map.entry(Double.class, 0.5));

    private Ranges() {}

    /** Returns for example {@code at least 1}; empty where every value goes. */
    static String of(Class<?> record, RecordComponent component) {
        Object impossible = IMPOSSIBLE.get(component.getType());
        if (impossible == null) {
            return "";
        }
        List<RecordComponent> components = Schema.components(record);
        Object[] values = components.stream()
                .map(c -> c.getName().equals(component.getName()) ? impossible : sample(c))
                .toArray();
        try {
            Schema.constructor(record).newInstance(values);
            return "";
        } catch (InvocationTargetException e) {
            return e.getCause() instanceof InvalidInputException complaint
                    ? range(complaint.getMessage(), component.getName())
                    : "";
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The record " + record.getName() + " can't be made.", e);
        }
    }

    private static String range(String complaint, String name) {
        Pattern pattern = Pattern.compile(".*expected " + name + " to be (?:a finite number,? ?)?(.*), got .*");
        Matcher matcher = pattern.matcher(complaint);
        return matcher.matches() ? matcher.group(1).replaceAll("(\\d)\\.0\\b", "$1") : "";
    }

    /** The default, or a value that most ranges include: the other components must not be what is complained of. */
    private static Object sample(RecordComponent component) {
        return Schema.isScalar(component.getType()) && Schema.defaultOf(component) instanceof Node.Scalar standard
                ? Scalars.parse(component.getType(), standard, component.getName(), "")
                : sample(component.getGenericType());
    }

    private static Object sample(Type type) {
        Class<?> element = Schema.elementType(type);
        if (element != null) {
            return List.of(sample(element));
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isSealed()) {
            return sample(Schema.variants(plain).values().iterator().next());
        }
        if (plain.isEnum()) {
            return plain.getEnumConstants()[0];
        }
        if (plain.isRecord()) {
            Object[] values =
                    Schema.components(plain).stream().map(Ranges::sample).toArray();
            try {
                return Schema.constructor(plain).newInstance(values);
            } catch (ReflectiveOperationException e) {
                return null;
            }
        }
        return SAMPLES.get(plain);
    }
}
