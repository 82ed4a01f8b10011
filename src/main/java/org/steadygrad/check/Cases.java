package org.steadygrad.check;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is done with each variant of a sealed type. Such a table can't be made without one of them, as a {@code switch} of later
 * versions of Java can't: where a new variant is forgotten, the class that holds the table doesn't load, instead of taking it
 * for another one.
 *
 * @param <T> the sealed type
 * @param <R> what comes out
 */
public final class Cases<T, R> {
    private final Class<T> sealed;
    private final Map<Class<? extends T>, Function<Object, ? extends R>> functions = new LinkedHashMap<>();

    private Cases(Class<T> sealed) {
        this.sealed = sealed;
    }

    /** Starts a table for a sealed type. */
    public static <T, R> Builder<T, R> of(Class<T> sealed) {
        return new Builder<>(new Cases<>(sealed));
    }

    /** What the table says to a value. */
    public R of(T value) {
        return functions.get(value.getClass()).apply(value);
    }

    /** The classes that a value of a sealed type can have; nested sealed types are resolved. */
    public static Set<Class<?>> variants(Class<?> sealed) {
        Set<Class<?>> variants = new LinkedHashSet<>();
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                variants.addAll(variants(permitted));
            } else {
                variants.add(permitted);
            }
        }
        return variants;
    }

    /** Collects what a table holds. */
    public static final class Builder<T, R> {
        private final Cases<T, R> cases;

        private Builder(Cases<T, R> cases) {
            this.cases = cases;
        }

        /**
         * What is done with one variant, or with all of a nested sealed type.
         *
         * @throws IllegalStateException if it has been said before
         */
        public <V extends T> Builder<T, R> on(Class<V> variant, Function<? super V, ? extends R> function) {
            Set<Class<?>> all = variant.isSealed() ? variants(variant) : Set.of(variant);
            for (Class<?> one : all) {
                if (cases.functions.put(one.asSubclass(cases.sealed), value -> function.apply(variant.cast(value)))
                        != null) {
                    throw new IllegalStateException(one.getName() + " stands twice.");
                }
            }
            return this;
        }

        /** As {@link #on}, for what gives nothing. */
        public <V extends T> Builder<T, R> run(Class<V> variant, Consumer<? super V> action) {
            return on(variant, value -> {
                action.accept(value);
                return null;
            });
        }

        /** Nothing is done with these; a new variant isn't among them by itself. */
        @SafeVarargs
        public final Builder<T, R> ignore(Class<? extends T>... variants) {
            for (Class<? extends T> variant : variants) {
                run(variant, value -> {});
            }
            return this;
        }

        /** @throws IllegalStateException that names the variants nothing was said about */
        public Cases<T, R> complete() {
            Set<Class<?>> missing = variants(cases.sealed);
            missing.removeAll(cases.functions.keySet());
            if (!missing.isEmpty()) {
                throw new IllegalStateException("Nothing is said about " + missing + ".");
            }
            return cases;
        }
    }
}
