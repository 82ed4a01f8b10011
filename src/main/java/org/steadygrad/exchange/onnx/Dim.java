package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The size of an axis, as far as it is known when a file is read: a number times symbols that stand for sizes that vary.
 *
 * @param factor the number
 * @param symbols sorted; one that is squared stands twice
 */
record Dim(long factor, List<String> symbols) {
    static final Dim ONE = of(1);

    static Dim of(long number) {
        return new Dim(number, List.of());
    }

    static Dim symbol(String name) {
        return new Dim(1, List.of(name));
    }

    boolean known() {
        return symbols.isEmpty() || factor == 0;
    }

    boolean is(long number) {
        return known() && factor == number;
    }

    /** @throws ArithmeticException beyond 64 bits */
    Dim times(Dim other) {
        List<String> all = new ArrayList<>(symbols);
        all.addAll(other.symbols);
        Collections.sort(all);
        return new Dim(Math.multiplyExact(factor, other.factor), List.copyOf(all));
    }

    static Dim product(List<Dim> dims) {
        return dims.stream().reduce(ONE, Dim::times);
    }

    /** @return the quotient, if it is a size for all values of the symbols */
    Optional<Dim> over(Dim divisor) {
        List<String> rest = new ArrayList<>(symbols);
        for (String symbol : divisor.symbols) {
            if (!rest.remove(symbol)) {
                return Optional.empty();
            }
        }
        return divisor.factor == 0 || factor % divisor.factor != 0
                ? Optional.empty()
                : Optional.of(new Dim(factor / divisor.factor, List.copyOf(rest)));
    }

    @Override
    public String toString() {
        if (symbols.isEmpty()) {
            return Long.toString(factor);
        }
        String names = String.join(" ", symbols);
        return factor == 1 ? names : factor + " " + names;
    }
}
