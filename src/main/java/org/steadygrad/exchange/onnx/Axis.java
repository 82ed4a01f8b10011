package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.check.InvalidInputException;

/**
 * An axis of a value. The axes of an input are what they are known as when an operator says so: a recurrent node that its first axis is time. Whatever
 * comes of the input carries the same axes, so that it is known everywhere.
 */
final class Axis {
    /** What runs along an axis. */
    enum Kind {
        UNKNOWN,
        BATCH,
        TIME,
        FEATURES,
        /** Directions or layers, each of which is a value of its own. */
        PART,
        /** Nothing, its size is 1. */
        ONE,
        /** Several axes in one, the first the slowest. */
        ROWS
    }

    private final List<Axis> members;
    private final List<Axis> twins = new ArrayList<>();
    private Kind kind;
    private Dim size;

    private Axis(Kind kind, Dim size, List<Axis> members) {
        this.kind = kind;
        this.size = size;
        this.members = members;
    }

    static Axis of(Kind kind, Dim size) {
        return new Axis(kind, size, List.of());
    }

    static Axis one() {
        return of(Kind.ONE, Dim.ONE);
    }

    static Axis features(long size) {
        return of(Kind.FEATURES, Dim.of(size));
    }

    static Axis rows(List<Axis> members) {
        return new Axis(Kind.ROWS, Dim.product(members.stream().map(Axis::size).toList()), List.copyOf(members));
    }

    Kind kind() {
        return kind;
    }

    Dim size() {
        return size;
    }

    List<Axis> members() {
        return members;
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** Says what the axis is. @throws InvalidInputException when it is known to be something else */
    void become(Kind role, String who) {
        if (kind == Kind.UNKNOWN && role != Kind.UNKNOWN) {
            kind = role;
            twins.forEach(twin -> twin.become(role, who));
        }
        if (kind != role) {
            throw InvalidInputException.of(who, "an axis of " + role, new OnnxModel.Text("one of " + this), REMEDY);
        }
    }

    /** The axis of another value that is joined with this one element by element: what becomes of one becomes of both. */
    void isTwinOf(Axis other) {
        twins.add(other);
        other.twins.add(this);
    }

    /** As {@link #become}, for an axis whose size the operator tells too. */
    void become(Kind role, long count, String who) {
        become(role, who);
        if (!size.known()) {
            size = Dim.of(count);
        }
        if (!size.is(count)) {
            throw InvalidInputException.of(who, "an axis of size " + count, size.factor(), REMEDY);
        }
    }

    static final String REMEDY = "What the model does with its axes there can't be followed; export it without.";

    @Override
    public String toString() {
        return kind + " (" + size + ")";
    }
}
