package org.steadygrad.exchange.keras;

import java.util.List;
import java.util.Optional;
import org.steadygrad.exchange.graph.Port;

/** What the operations are that Keras 3 makes masks by, in a functional configuration; it is one of these. */
interface MaskTerm {
    /** {@code x != padding}, by element. */
    record Differs(Port x, double padding) implements MaskTerm {
        @Override
        public Optional<Differs> differs() {
            return Optional.of(this);
        }
    }

    /** A mask by step. */
    record Steps(Port mask) implements MaskTerm {
        @Override
        public Optional<Port> steps() {
            return Optional.of(mask);
        }
    }

    /** A mask by step, spread over features. */
    record Spread(Port mask) implements MaskTerm {
        @Override
        public Optional<Port> spread() {
            return Optional.of(mask);
        }
    }

    /** False by element, or true. */
    record Constant(boolean value) implements MaskTerm {
        @Override
        public Optional<Boolean> constant() {
            return Optional.of(value);
        }
    }

    /** Several side by side along the features. */
    record Beside(List<MaskTerm> all) implements MaskTerm {
        @Override
        public List<MaskTerm> parts() {
            return all;
        }
    }

    default Optional<Differs> differs() {
        return Optional.empty();
    }

    default Optional<Port> steps() {
        return Optional.empty();
    }

    default Optional<Port> spread() {
        return Optional.empty();
    }

    default Optional<Boolean> constant() {
        return Optional.empty();
    }

    /** Terms side by side; none if it is no such. */
    default List<MaskTerm> parts() {
        return List.of();
    }
}
