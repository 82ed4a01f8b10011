package org.steadygrad.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.yaml.RunFiles;

/** Settings made in Java: every record of a run file has a factory, and a method for each key that needn't be given. */
class SpecRecordsTest {
    /** A value that differs from the default and is allowed must be among them, for each component of the type. */
    private static final List<Object> SAMPLES = List.of(
            3, 12, 77L, 0.25, 0.75, 2.5, true, false, "a", "cuda", "512MB", List.of("a"), List.of("dead-units"));

    /** All records that a run file is made of. */
    static Set<Class<?>> records() {
        Set<Class<?>> found = new LinkedHashSet<>();
        collect(RunSpec.class, found);
        return found;
    }

    private static void collect(Type type, Set<Class<?>> found) {
        if (type instanceof ParameterizedType list) {
            collect(list.getActualTypeArguments()[0], found);
        } else if (type instanceof Class<?> sealed && sealed.isSealed()) {
            Cases.variants(sealed).forEach(variant -> collect(variant, found));
        } else if (type instanceof Class<?> record && record.isRecord() && found.add(record)) {
            for (RecordComponent component : record.getRecordComponents()) {
                collect(component.getGenericType(), found);
            }
        }
    }

    private static boolean optional(RecordComponent component) {
        return component.isAnnotationPresent(Default.class) || component.isAnnotationPresent(Absent.class);
    }

    private static List<RecordComponent> required(Class<?> record) {
        return Arrays.stream(record.getRecordComponents())
                .filter(component -> !optional(component))
                .toList();
    }

    /** A static method: of the sealed type, named as run files name the variant; of other records "of" or "defaults". */
    private static Method factory(Class<?> record) {
        Named named = record.getAnnotation(Named.class);
        Class<?> home = named == null ? record : record.getEnclosingClass();
        String name = named != null ? named.value() : required(record).isEmpty() ? "defaults" : "of";
        Class<?>[] types =
                required(record).stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Method factory = home.getMethod(name, types);
            assertTrue(Modifier.isStatic(factory.getModifiers()), factory::toString);
            assertEquals(record, factory.getReturnType());
            return factory;
        } catch (NoSuchMethodException e) {
            throw new AssertionError(
                    home.getSimpleName() + " lacks: public static " + record.getSimpleName() + " " + name + "("
                            + required(record) + ") { return Parts.of(" + record.getSimpleName() + ".class, ...); }",
                    e);
        }
    }

    private static Record standard(Class<?> record) {
        Object[] values = required(record).stream()
                .map(component -> sample(component.getGenericType()))
                .toArray();
        try {
            return (Record) factory(record).invoke(null, values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(record + " from " + Arrays.toString(values), e);
        }
    }

    private static Object sample(Type type) {
        return samples(type).get(0);
    }

    private static List<Object> samples(Type type) {
        if (type instanceof ParameterizedType list && list.getActualTypeArguments()[0] == LayerSpec.class) {
            return List.of(List.of(LayerSpec.output()), List.of(LayerSpec.gru(3)));
        }
        if (type instanceof ParameterizedType list && list.getActualTypeArguments()[0] != String.class) {
            return List.of(List.of(sample(list.getActualTypeArguments()[0])), List.of());
        }
        Class<?> plain = type instanceof ParameterizedType ? List.class : (Class<?>) type;
        if (plain.isSealed()) {
            return Cases.variants(plain).stream().map(v -> (Object) standard(v)).toList();
        }
        if (plain.isRecord()) {
            return variations(plain);
        }
        if (plain.isEnum()) {
            return List.of(plain.getEnumConstants());
        }
        Class<?> boxed = java.lang.invoke.MethodType.methodType(plain).wrap().returnType();
        return SAMPLES.stream().filter(boxed::isInstance).toList();
    }

    /** Records that differ from the standard one. */
    private static List<Object> variations(Class<?> record) {
        List<Object> all = new ArrayList<>();
        Record standard = standard(record);
        all.add(standard);
        for (RecordComponent component : record.getRecordComponents()) {
            Record varied = optional(component) ? changed(standard, component) : null;
            if (varied != null) {
                all.add(varied);
            }
        }
        return all;
    }

    private static Method wither(Class<?> record, RecordComponent component) {
        String name = "with" + Character.toUpperCase(component.getName().charAt(0))
                + component.getName().substring(1);
        Method found = Arrays.stream(record.getDeclaredMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == 1)
                .findFirst()
                .orElse(null);
        String type = component.getGenericType().getTypeName();
        assertNotNull(
                found,
                () -> record.getSimpleName() + " lacks: public " + record.getSimpleName() + " " + name + "(" + type
                        + " value) { return Parts.with(this, \"" + component.getName() + "\", value); }");
        assertEquals(component.getGenericType(), found.getGenericParameterTypes()[0], found::toString);
        assertEquals(record, found.getReturnType(), found::toString);
        assertTrue(Modifier.isPublic(found.getModifiers()), found::toString);
        return found;
    }

    private static Object value(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(component.toString(), e);
        }
    }

    /** The standard record, or else the first with another key that allows one to be given for the component. */
    private static Record base(Class<?> type, RecordComponent component) {
        Record standard = standard(type);
        if (changed(standard, component) != null) {
            return standard;
        }
        for (RecordComponent other : type.getRecordComponents()) {
            Record varied = optional(other) ? changed(standard, other) : null;
            if (varied != null && changed(varied, component) != null) {
                return varied;
            }
        }
        throw new AssertionError("no sample is allowed for " + component + " of " + standard);
    }

    /** The record with the first sample that differs and is allowed; null when none is. */
    private static Record changed(Record record, RecordComponent component) {
        for (Object sample : samples(component.getGenericType())) {
            if (!Objects.equals(sample, value(record, component))) {
                try {
                    return (Record) wither(record.getClass(), component).invoke(record, sample);
                } catch (InvocationTargetException e) {
                    assertTrue(e.getCause() instanceof InvalidInputException, () -> component + ": " + e.getCause());
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return null;
    }

    @ParameterizedTest
    @MethodSource("records")
    void everyOptionalKeyCanBeChangedAlone(Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            if (!optional(component)) {
                continue;
            }
            Record standard = base(type, component);
            Record changed = changed(standard, component);
            for (RecordComponent other : type.getRecordComponents()) {
                boolean same = Objects.equals(value(standard, other), value(changed, other));
                assertEquals(!other.getName().equals(component.getName()), same, () -> component + " changes " + other);
            }
        }
    }

    /** A run that is made in Java is the one that its run file says. */
    @Test
    void factoriesHaveTheRunFilesDefaults() {
        RunSpec read = RunFiles.parse(
                """
                data: {adding: {length: 50}}
                model: {layers: [{gru: {units: 16, layers: 2}}, output]}
                training: {clip: {globalNorm: 2}, guard: {auto: {spikeSteps: 3}}, updater: {adam: {learningRate: 0.01}}}
                health: {flow: {vanishing: 0.8}}
                threads: 2
                """,
                "run.yaml");
        RunSpec made = RunSpec.of(
                        DataSpec.adding().withLength(50),
                        ModelSpec.of(LayerSpec.gru(16).withLayers(2), LayerSpec.output()))
                .withTraining(TrainingSpec.defaults()
                        .withClip(ClipSpec.globalNorm(2))
                        .withGuard(GuardSpec.auto().withSpikeSteps(3))
                        .withUpdater(UpdaterSpec.adam().withLearningRate(0.01)))
                .withHealth(HealthSpec.defaults()
                        .withFlow(HealthSpec.Flow.defaults().withVanishing(0.8)))
                .withThreads(2);
        assertEquals(read, made);
    }

    @Test
    void whatIsNotAllowedIsNamed() {
        Stream.<org.junit.jupiter.api.function.Executable>of(
                        () -> GuardSpec.auto().withSpikeSteps(0),
                        () -> ClipSpec.globalNorm(-1),
                        () -> HealthSpec.defaults().withIgnore(List.of("no-such-finding")),
                        () -> LayerSpec.gru(8).withDropout(1))
                .forEach(wrong -> assertThrows(InvalidInputException.class, wrong));
    }
}
