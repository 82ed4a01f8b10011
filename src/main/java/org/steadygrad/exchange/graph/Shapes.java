package org.steadygrad.exchange.graph;

import java.util.List;
import java.util.function.BiFunction;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Shape.Kind;

/** What operations give for what they are given. */
final class Shapes {
    private static final Cases<Operation, BiFunction<Shapes, Integer, Shape>> RULES =
            Cases.<Operation, BiFunction<Shapes, Integer, Shape>>of(Operation.class)
                    .on(Operation.Dense.class, op -> (in, output) -> {
                        in.count(1).features(op.kernel().size(0));
                        return in.first().withFeatures(op.kernel().size(1));
                    })
                    .on(Operation.Recurrent.class, op -> (in, output) -> in.recurrent(op, output))
                    .on(Operation.Embedding.class, op -> (in, output) -> {
                        Shape symbols = in.count(1).kind(0, Kind.SYMBOLS);
                        int features = op.table().size(1);
                        return symbols.sizes().isEmpty()
                                ? Shape.vector(features)
                                : Shape.sequence(symbols.steps(), features);
                    })
                    .on(Operation.BatchNorm.class, op -> (in, output) -> {
                        in.count(op.masked() ? 2 : 1).features(op.mean().size(0));
                        if (op.masked()) {
                            in.mask(1);
                        }
                        return in.first();
                    })
                    .on(Operation.LayerNorm.class, op -> (in, output) -> {
                        in.count(1).values();
                        op.weights().forEach(weight -> in.features(weight.size(0)));
                        return in.first();
                    })
                    .on(Operation.Standardize.class, op -> (in, output) -> {
                        in.count(1).features(op.mean().size(0));
                        return in.first();
                    })
                    .on(
                            Operation.Affine.class,
                            op -> (in, output) -> in.count(1).values())
                    .on(
                            Operation.Activate.class,
                            op -> (in, output) -> in.count(1).values())
                    .on(Operation.PRelu.class, op -> (in, output) -> {
                        in.count(1).features(op.slopes().size(0));
                        return in.first();
                    })
                    .on(
                            Operation.Dropout.class,
                            op -> (in, output) -> in.count(1).values())
                    .on(Merge.class, op -> (in, output) -> in.merged(op.kind()))
                    .on(Operation.Pool.class, op -> (in, output) -> {
                        Shape x = in.count(op.masked() ? 2 : 1).kind(0, Kind.SEQUENCE);
                        if (op.masked()) {
                            in.mask(1);
                        }
                        return Shape.vector(x.features());
                    })
                    .on(
                            Operation.TakeStep.class,
                            op -> (in, output) -> Shape.vector(
                                    in.count(1).kind(0, Kind.SEQUENCE).features()))
                    .on(Operation.ReverseTime.class, op -> (in, output) -> {
                        Shape x = in.count(1).first();
                        return x.kind() == Kind.MASK ? x : in.kind(0, Kind.SEQUENCE);
                    })
                    .on(
                            Operation.RepeatVector.class,
                            op -> (in, output) -> Shape.sequence(
                                    op.steps(), in.count(1).kind(0, Kind.VECTOR).features()))
                    .on(Operation.SelectFeatures.class, op -> (in, output) -> {
                        Shape x = in.count(1).values();
                        if (op.to() > x.features()) {
                            throw in.wrong("at least " + op.to() + " features", x.features());
                        }
                        return x.withFeatures(op.to() - op.from());
                    })
                    .on(Operation.StepMask.class, op -> (in, output) -> {
                        Shape x = in.count(1).first();
                        if (x.kind() != Kind.SEQUENCE && !(x.kind() == Kind.SYMBOLS && x.steps() != 0)) {
                            throw in.wrong("a sequence", x);
                        }
                        return Shape.mask(x.steps());
                    })
                    .on(Operation.LengthMask.class, op -> (in, output) -> {
                        in.kind(1, Kind.SYMBOLS);
                        return Shape.mask(in.count(2).kind(0, Kind.SEQUENCE).steps());
                    })
                    .on(Operation.JoinMasks.class, op -> (in, output) -> {
                        for (int i = 0; i < in.inputs.size(); i++) {
                            in.kind(i, Kind.MASK);
                        }
                        return in.first();
                    })
                    .on(Operation.ClearSteps.class, op -> (in, output) -> {
                        in.count(2).mask(1);
                        return in.kind(0, Kind.SEQUENCE);
                    })
                    .complete();

    private final Node node;
    private final List<Shape> inputs;

    private Shapes(Node node, List<Shape> inputs) {
        this.node = node;
        this.inputs = inputs;
    }

    /** @throws InvalidInputException if the node can't take such inputs */
    static Shape of(Node node, List<Shape> inputs, int output) {
        Shapes shapes = new Shapes(node, inputs);
        if (inputs.isEmpty()) {
            throw shapes.wrong("inputs", "none");
        }
        return RULES.of(node.operation()).apply(shapes, output);
    }

    private Shape recurrent(Operation.Recurrent op, int output) {
        count(1 + (op.masked() ? 1 : 0) + (op.starts() ? op.cell().states() : 0));
        Shape x = kind(0, Kind.SEQUENCE);
        features(op.cell().inputs());
        if (op.masked()) {
            mask(1);
        }
        for (int i = op.masked() ? 2 : 1; i < inputs.size(); i++) {
            if (!inputs.get(i).equals(Shape.vector(op.cell().units()))) {
                throw wrong("an initial state of " + op.cell().units() + " features", inputs.get(i));
            }
        }
        return output == 0
                ? Shape.sequence(x.steps(), op.cell().units())
                : Shape.vector(op.cell().units());
    }

    private Shape merged(Merge.Kind kind) {
        Shape all = values();
        int features = 0;
        for (Shape input : inputs) {
            boolean fits = input.kind() == all.kind()
                    && sameSteps(input.steps(), all.steps())
                    && (kind == Merge.Kind.CONCATENATE || input.features() == all.features());
            if (!fits) {
                throw wrong("values of one shape", inputs);
            }
            all = all.steps() == Shape.ANY ? input : all;
            features += input.features();
        }
        if (kind == Merge.Kind.SUBTRACT) {
            count(2);
        }
        return kind == Merge.Kind.CONCATENATE ? all.withFeatures(features) : all;
    }

    private static boolean sameSteps(int a, int b) {
        return a == b || a == Shape.ANY || b == Shape.ANY;
    }

    private Shape first() {
        return inputs.get(0);
    }

    private Shapes count(int expected) {
        if (inputs.size() != expected) {
            throw wrong(expected + " inputs", inputs.size());
        }
        return this;
    }

    private Shape kind(int input, Kind kind) {
        Shape shape = inputs.get(input);
        if (shape.kind() != kind) {
            throw wrong("a " + kind + " as input " + input, shape);
        }
        return shape;
    }

    private void mask(int input) {
        Shape mask = kind(input, Kind.MASK);
        if (first().kind() == Kind.SEQUENCE && !sameSteps(mask.steps(), first().steps())) {
            throw wrong("a mask of " + first().steps() + " steps", mask);
        }
    }

    /** All inputs are vectors or sequences. */
    private Shape values() {
        for (Shape input : inputs) {
            if (input.kind() != Kind.VECTOR && input.kind() != Kind.SEQUENCE) {
                throw wrong("vectors or sequences", input);
            }
        }
        return first();
    }

    private void features(int expected) {
        boolean values = first().kind() == Kind.VECTOR || first().kind() == Kind.SEQUENCE;
        if (!values || first().features() != expected) {
            throw wrong("an input of " + expected + " features", first());
        }
    }

    private InvalidInputException wrong(String expected, Object got) {
        return InvalidInputException.of(
                "node " + node.name() + " (" + node.operation().getClass().getSimpleName() + ")",
                expected,
                got.toString(),
                "");
    }
}
