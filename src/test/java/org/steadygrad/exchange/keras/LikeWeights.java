package org.steadygrad.exchange.keras;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Operation.Recurrent;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;

/** Networks that the files with weights alone are for. */
final class LikeWeights {
    private final GraphBuilder graph = new GraphBuilder();
    private Port last = graph.input("x", Shape.sequence(Shape.ANY, 2));

    private static Weight zeros(String name, int... shape) {
        int size = 1;
        List<Integer> sizes = new java.util.ArrayList<>();
        for (int n : shape) {
            size *= n;
            sizes.add(n);
        }
        return new Weight(name, sizes, new float[size]);
    }

    private static Cell gru(String name, int inputs, int units) {
        return new Cell.Gru(
                zeros(name + "/w", inputs, 3 * units),
                zeros(name + "/r", units, 3 * units),
                Optional.of(zeros(name + "/b", 3 * units)),
                Optional.of(zeros(name + "/c", 3 * units)),
                true,
                Function.SIGMOID,
                Function.TANH);
    }

    private static Cell lstm(String name, int inputs, int units) {
        return new Cell.Lstm(
                zeros(name + "/w", inputs, 4 * units),
                zeros(name + "/r", units, 4 * units),
                Optional.of(zeros(name + "/b", 4 * units)),
                Optional.empty(),
                Function.SIGMOID,
                Function.TANH,
                Function.TANH);
    }

    private void dense(String name, int inputs, int units) {
        last = graph.add(
                name,
                new Operation.Dense(
                        zeros(name + "/w", inputs, units), Optional.of(zeros(name + "/b", units)), Function.LINEAR),
                last);
    }

    /** Named as files are in the folder that is tested. */
    static Architecture architecture(Path file) {
        LikeWeights like = new LikeWeights();
        like.last = like.graph.add("gru", Recurrent.of(gru("gru", 2, 3)), like.last);
        Recurrent back = new Recurrent(
                lstm("back", 3, 2), true, false, Operation.MaskedOutput.ZERO, false, Double.POSITIVE_INFINITY, 0);
        Port a = like.graph.add("both/forward", Recurrent.of(lstm("forth", 3, 2)), like.last);
        Port b = like.graph.add("both/backward", back, like.last);
        like.last =
                like.graph.add("both", new Merge(Merge.Kind.CONCATENATE), new Port(a.node(), 1), new Port(b.node(), 1));
        like.dense("dense", 4, 2);
        like.graph.output("dense", like.last);
        return new Architecture(like.graph.build("like", Optional.empty(), Map.of()), file.toString());
    }
}
