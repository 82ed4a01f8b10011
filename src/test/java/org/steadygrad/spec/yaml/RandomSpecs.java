package org.steadygrad.spec.yaml;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.RunSpec;

/** Makes specs of every shape from the records alone: random variants, words and numbers, kept when they are valid. */
final class RandomSpecs {
    private static final int TRIES = 2000;
    private static final double[] NUMBERS = {0, 0.5, 1, 1e-8, 0.1 + 0.2, 3, 1e300, Double.MIN_VALUE, -0.25, 12};
    private static final int[] WHOLES = {0, 1, 2, 3, 7, 17, 33, 128, Integer.MAX_VALUE, -1};
    private static final String[] TEXTS = {
        "x",
        ",",
        ";",
        "a b.csv",
        "no",
        "5",
        "null",
        "~",
        "1e-3",
        "a: b",
        "# c",
        "'",
        "\"",
        " lead",
        "tab\t",
        "zwei\nZeilen",
        "\u00fcml\u00e4ut",
        "\uD83D\uDE00",
        "{a}",
        "[",
        "- d",
        "!!int",
        "&e",
        "*f",
        "C:\\g",
        "\u0000\u0085\u2028",
        "run"
    };

    private final Random random;
    final Set<Class<?>> made = new HashSet<>();

    RandomSpecs(long seed) {
        random = new Random(seed);
    }

    RunSpec next() {
        return (RunSpec) record(RunSpec.class);
    }

    private Object record(Class<?> type) {
        for (int i = 0; i < TRIES; i++) {
            try {
                Object[] values =
                        Schema.components(type).stream().map(this::component).toArray();
                Object made = Schema.constructor(type).newInstance(values);
                this.made.add(type);
                return made;
            } catch (InvocationTargetException e) {
                if (!(e.getCause() instanceof InvalidInputException)) {
                    throw new AssertionError(e.getCause());
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        throw new AssertionError("No valid " + type.getSimpleName() + " found");
    }

    private Object component(RecordComponent component) {
        if (component.getDeclaringRecord() == HealthSpec.class
                && component.getName().equals("ignore")) {
            return List.of(pick(List.of(FindingKind.values())).id());
        }
        if (Schema.mayBeAbsent(component) && random.nextBoolean()) {
            return null;
        }
        return scalarDefault(component) ? standard(component) : value(component.getGenericType());
    }

    /** Half of the defaults are kept, or records with many bounds would hardly ever be valid. */
    private boolean scalarDefault(RecordComponent component) {
        return Schema.isScalar(component.getType())
                && Schema.defaultOf(component) instanceof Node.Scalar
                && random.nextBoolean();
    }

    private static Object standard(RecordComponent component) {
        return Scalars.parse(component.getType(), (Node.Scalar) Schema.defaultOf(component), "", "");
    }

    private Object value(Type type) {
        Class<?> element = Schema.elementType(type);
        if (element != null) {
            List<Object> items = new ArrayList<>();
            int size = 1 + random.nextInt(4);
            for (int i = 0; i < size; i++) {
                items.add(value(element));
            }
            return items;
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isSealed()) {
            return record(pick(List.copyOf(Schema.variants(plain).values())));
        }
        return plain.isRecord() ? record(plain) : scalar(plain);
    }

    private Object scalar(Class<?> type) {
        if (type.isEnum()) {
            return pick(List.of(type.getEnumConstants()));
        }
        if (type == String.class) {
            return TEXTS[random.nextInt(TEXTS.length)];
        }
        if (type == boolean.class) {
            return random.nextBoolean();
        }
        if (type == double.class || type == Double.class) {
            return NUMBERS[random.nextInt(NUMBERS.length)];
        }
        return type == long.class ? (Object) random.nextLong() : (Object) WHOLES[random.nextInt(WHOLES.length)];
    }

    private <T> T pick(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }
}
