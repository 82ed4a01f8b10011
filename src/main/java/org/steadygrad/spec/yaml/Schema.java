package org.steadygrad.spec.yaml;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.steadygrad.check.Cases;
import org.steadygrad.spec.Absent;
import org.steadygrad.spec.Default;
import org.steadygrad.spec.Doc;
import org.steadygrad.spec.Named;

/** What the records and their annotations say about a run file. */
final class Schema {
    /** Composed once for each text: nodes never change, and every record of a file asks for several. */
    private static final Map<String, Node> DEFAULTS = new ConcurrentHashMap<>();

    private Schema() {}

    /** Returns the variants of a sealed interface by name, in the order of their declaration; nested ones flattened. */
    static Map<String, Class<?>> variants(Class<?> sealed) {
        Map<String, Class<?>> variants = new LinkedHashMap<>();
        Cases.variants(sealed).forEach(variant -> variants.put(variantName(variant), variant));
        return variants;
    }

    static String variantName(Class<?> variant) {
        return variant.getAnnotation(Named.class).value();
    }

    /** Returns an enum's constants by their run-file names. */
    static Map<String, Enum<?>> constants(Class<?> enumType) {
        Map<String, Enum<?>> constants = new LinkedHashMap<>();
        for (Object constant : enumType.getEnumConstants()) {
            constants.put(constantName((Enum<?>) constant), (Enum<?>) constant);
        }
        return constants;
    }

    /** Returns {@code leakyRelu} for {@code LEAKY_RELU}. */
    static String constantName(Enum<?> constant) {
        StringBuilder name = new StringBuilder();
        for (String word : constant.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }

    static List<RecordComponent> components(Class<?> record) {
        return Arrays.asList(record.getRecordComponents());
    }

    /** Returns the canonical constructor. */
    static Constructor<?> constructor(Class<?> record) {
        try {
            return record.getDeclaredConstructor(
                    components(record).stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    static List<String> names(Class<?> record) {
        return components(record).stream().map(RecordComponent::getName).toList();
    }

    static RecordComponent component(Class<?> record, String name) {
        return components(record).stream()
                .filter(c -> c.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Returns the sentence that says what {@code element} means; empty where there is none. */
    static String doc(AnnotatedElement element) {
        Doc doc = element.getAnnotation(Doc.class);
        return doc == null ? "" : doc.value();
    }

    static String doc(Enum<?> constant) {
        try {
            return doc(constant.getDeclaringClass().getField(constant.name()));
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the default as it would stand in a run file, or {@code null}. */
    static Node defaultOf(RecordComponent component) {
        Default value = component.getAnnotation(Default.class);
        return value == null
                ? null
                : DEFAULTS.computeIfAbsent(value.value(), text -> YamlText.compose(text, "default " + text, false));
    }

    static boolean mayBeAbsent(RecordComponent component) {
        return component.isAnnotationPresent(Absent.class);
    }

    /** Whether a key must be given. */
    static boolean isRequired(RecordComponent component) {
        return !mayBeAbsent(component) && defaultOf(component) == null;
    }

    /** Returns the type of a list's elements, or {@code null} if {@code type} isn't a list. */
    static Class<?> elementType(Type type) {
        return type instanceof ParameterizedType list ? (Class<?>) list.getActualTypeArguments()[0] : null;
    }

    static boolean isScalar(Type type) {
        return type instanceof Class<?> c && !c.isRecord() && !c.isSealed();
    }
}
