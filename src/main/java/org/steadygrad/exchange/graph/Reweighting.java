package org.steadygrad.exchange.graph;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;

/** Puts other arrays into a graph. */
public final class Reweighting {
    private static final Cases<Operation, BiFunction<Operation, UnaryOperator<Weight>, Operation>> OPERATIONS =
            Cases.<Operation, BiFunction<Operation, UnaryOperator<Weight>, Operation>>of(Operation.class)
                    .on(
                            Operation.Dense.class,
                            op -> (same, to) -> new Operation.Dense(
                                    to.apply(op.kernel()), op.bias().map(to), op.activation()))
                    .on(
                            Operation.Recurrent.class,
                            op -> (same, to) -> new Operation.Recurrent(
                                    cell(op.cell(), to),
                                    op.reversed(),
                                    op.masked(),
                                    op.maskedOutput(),
                                    op.starts(),
                                    op.clip(),
                                    op.inputDropout()))
                    .on(Operation.Embedding.class, op -> (same, to) -> new Operation.Embedding(to.apply(op.table())))
                    .on(
                            Operation.BatchNorm.class,
                            op -> (same, to) -> new Operation.BatchNorm(
                                    op.gamma().map(to),
                                    op.beta().map(to),
                                    to.apply(op.mean()),
                                    to.apply(op.variance()),
                                    op.epsilon(),
                                    op.momentum(),
                                    op.masked()))
                    .on(
                            Operation.LayerNorm.class,
                            op -> (same, to) -> new Operation.LayerNorm(
                                    op.gamma().map(to), op.beta().map(to), op.epsilon()))
                    .on(
                            Operation.Standardize.class,
                            op -> (same, to) ->
                                    new Operation.Standardize(to.apply(op.mean()), to.apply(op.deviation())))
                    .on(Operation.PRelu.class, op -> (same, to) -> new Operation.PRelu(to.apply(op.slopes())))
                    .on(Operation.Affine.class, op -> (same, to) -> same)
                    .on(Operation.Activate.class, op -> (same, to) -> same)
                    .on(Operation.Dropout.class, op -> (same, to) -> same)
                    .on(Operation.Merge.class, op -> (same, to) -> same)
                    .on(Operation.Pool.class, op -> (same, to) -> same)
                    .on(Operation.TakeStep.class, op -> (same, to) -> same)
                    .on(Operation.ReverseTime.class, op -> (same, to) -> same)
                    .on(Operation.RepeatVector.class, op -> (same, to) -> same)
                    .on(Operation.SelectFeatures.class, op -> (same, to) -> same)
                    .on(Operation.StepMask.class, op -> (same, to) -> same)
                    .on(Operation.LengthMask.class, op -> (same, to) -> same)
                    .on(Operation.JoinMasks.class, op -> (same, to) -> same)
                    .on(Operation.ClearSteps.class, op -> (same, to) -> same)
                    .complete();

    private static final Cases<Cell, java.util.function.Function<UnaryOperator<Weight>, Cell>> CELLS =
            Cases.<Cell, java.util.function.Function<UnaryOperator<Weight>, Cell>>of(Cell.class)
                    .on(
                            Cell.Simple.class,
                            cell -> to -> new Cell.Simple(
                                    to.apply(cell.kernel()),
                                    to.apply(cell.recurrent()),
                                    cell.bias().map(to),
                                    cell.activation()))
                    .on(
                            Cell.Lstm.class,
                            cell -> to -> new Cell.Lstm(
                                    to.apply(cell.kernel()),
                                    to.apply(cell.recurrent()),
                                    cell.bias().map(to),
                                    cell.peepholes().map(to),
                                    cell.gate(),
                                    cell.candidate(),
                                    cell.output()))
                    .on(
                            Cell.Gru.class,
                            cell -> to -> new Cell.Gru(
                                    to.apply(cell.kernel()),
                                    to.apply(cell.recurrent()),
                                    cell.inputBias().map(to),
                                    cell.recurrentBias().map(to),
                                    cell.resetAfter(),
                                    cell.gate(),
                                    cell.candidate()))
                    .complete();

    private Reweighting() {}

    /** The operation with what the function makes of each of its arrays. */
    public static Operation of(Operation operation, UnaryOperator<Weight> to) {
        return OPERATIONS.of(operation).apply(operation, to);
    }

    private static Cell cell(Cell cell, UnaryOperator<Weight> to) {
        return CELLS.of(cell).apply(to);
    }

    /**
     * The graph with other arrays.
     *
     * @param arrays by the names that they have in the graph; those that aren't there stay
     * @throws InvalidInputException if the shape of one is another
     */
    public static NeutralGraph of(NeutralGraph graph, Map<String, Weight> arrays) {
        UnaryOperator<Weight> to = weight -> {
            Weight other = arrays.getOrDefault(weight.name(), weight);
            if (!other.shape().equals(weight.shape())) {
                throw InvalidInputException.of(
                        "weight " + weight.name(), "shape " + weight.shape(), "shape " + other.shape(), "");
            }
            return other.name().equals(weight.name())
                    ? other
                    : new Weight(weight.name(), other.shape(), other.values());
        };
        return graph.withNodes(graph.nodes().stream()
                .map(node -> new Node(
                        node.name(),
                        node.layer(),
                        of(node.operation(), to),
                        node.inputs(),
                        node.trained(),
                        node.penalties()))
                .toList());
    }
}
