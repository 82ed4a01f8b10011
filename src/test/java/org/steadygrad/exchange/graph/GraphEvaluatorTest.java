package org.steadygrad.exchange.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.graph.NeutralGraph.Input;
import org.steadygrad.exchange.graph.NeutralGraph.Output;
import org.steadygrad.exchange.graph.Operation.MaskedOutput;
import org.steadygrad.exchange.graph.Operation.Recurrent;

/** Numbers are PyTorch's in float64, of cells with the weights below. */
class GraphEvaluatorTest {
    private static final Tensor X = new Tensor(new int[] {1, 3, 2}, new double[] {-0.7, 0.55, 0.05, -0.45, 0.8, 0.3});

    /** PyTorch's matrices are [gates U, I], with blocks of rows in the order given. */
    private static Weight transposed(String name, int[] order, double... rows) {
        int units = 2;
        int columns = order.length * units;
        float[] values = new float[2 * columns];
        for (int block = 0; block < order.length; block++) {
            for (int unit = 0; unit < units; unit++) {
                for (int in = 0; in < 2; in++) {
                    values[in * columns + block * units + unit] = (float) rows[(order[block] * units + unit) * 2 + in];
                }
            }
        }
        return Weight.of(name, 2, columns, values);
    }

    private static Optional<Weight> vector(String name, int[] order, double... blocks) {
        float[] values = new float[2 * order.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) blocks[order[i / 2] * 2 + i % 2];
        }
        return Optional.of(Weight.of(name, values));
    }

    private static Cell.Gru gru(boolean resetAfter) {
        int[] order = {1, 0, 2};
        return new Cell.Gru(
                transposed("w", order, -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5),
                transposed("r", order, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5, 0.2, -0.2),
                vector("b", order, 0.1, -0.3, 0.4, 0, -0.4, 0.3),
                vector("c", order, 0.4, 0, -0.4, 0.3, -0.1, -0.5),
                resetAfter,
                Function.SIGMOID,
                Function.TANH);
    }

    private static Map<String, Tensor> run(Recurrent recurrent, Tensor x, Tensor mask) {
        List<Port> ports = mask == null ? List.of(Port.of("x")) : List.of(Port.of("x"), Port.of("mask"));
        Node node = new Node("cell", "cell", recurrent, ports, true, Map.of());
        List<Input> inputs = mask == null
                ? List.of(new Input("x", Shape.sequence(Shape.ANY, 2)))
                : List.of(new Input("x", Shape.sequence(Shape.ANY, 2)), new Input("mask", Shape.mask(Shape.ANY)));
        NeutralGraph graph = NeutralGraph.of(
                "test",
                inputs,
                List.of(node),
                List.of(new Output("y", Port.of("cell")), new Output("h", new Port("cell", 1))));
        return new GraphEvaluator(graph).outputs(mask == null ? Map.of("x", x) : Map.of("x", x, "mask", mask));
    }

    @Test
    void gruGivesTorchsNumbers() {
        double[] expected = {-0.0152495453, -0.0830403993, -0.254820595, 0.0906555977, -0.438546152, 0.00952940114};
        assertArrayEquals(
                expected, run(Recurrent.of(gru(true)), X, null).get("y").values(), 1e-7);
        double[] before = run(Recurrent.of(gru(false)), X, null).get("y").values();
        assertTrue(Math.abs(before[4] - expected[4]) > 1e-3, "reset before the product is another function");
    }

    @Test
    void lstmGivesTorchsNumbers() {
        int[] order = {0, 1, 2, 3};
        Cell.Lstm cell = new Cell.Lstm(
                transposed(
                        "w", order, -0.5, 0.2, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5, 0.2, -0.2, 0.5,
                        0.1),
                transposed(
                        "r", order, -0.2, 0.5, 0.1, -0.3, 0.4, 0, -0.4, 0.3, -0.1, -0.5, 0.2, -0.2, 0.5, 0.1, -0.3,
                        0.4),
                // the sum of both of PyTorch's
                vector("b", order, 0.5, -0.3, 0, 0.3, -0.5, -0.2, 0.1, -0.7),
                Optional.empty(),
                Function.SIGMOID,
                Function.TANH,
                Function.TANH);
        double[] expected = {-0.0183690082, -0.0540916393, -0.18302596, -0.0345626315, -0.240812711, -0.109424521};
        assertArrayEquals(expected, run(Recurrent.of(cell), X, null).get("y").values(), 1e-7);
    }

    @Test
    void simpleCellGivesTorchsNumbers() {
        int[] order = {0};
        Cell.Simple cell = new Cell.Simple(
                transposed("w", order, -0.5, 0.2, -0.2, 0.5),
                transposed("r", order, -0.2, 0.5, 0.1, -0.3),
                vector("b", order, 0.5, -0.3),
                Function.TANH);
        double[] expected = {0.744276867, 0.114495709, 0.285254254, -0.458113447, -0.125443298, -0.14305257};
        assertArrayEquals(expected, run(Recurrent.of(cell), X, null).get("y").values(), 1e-7);
    }

    @Test
    void maskedStepsHoldTheStateAndShowZeroOrTheLastOutput() {
        Tensor gap = new Tensor(new int[] {1, 4, 2}, new double[] {-0.7, 0.55, 9, 9, 0.05, -0.45, 0.8, 0.3});
        Tensor mask = new Tensor(new int[] {1, 4}, new double[] {1, 0, 1, 1});
        double[] plain = run(Recurrent.of(gru(true)), X, null).get("y").values();
        for (MaskedOutput shown : MaskedOutput.values()) {
            Recurrent op = new Recurrent(gru(true), false, true, shown, false, Double.POSITIVE_INFINITY, 0);
            Map<String, Tensor> out = run(op, gap, mask);
            double[] y = out.get("y").values();
            assertArrayEquals(new double[] {plain[0], plain[1]}, new double[] {y[0], y[1]});
            assertEquals(shown == MaskedOutput.REPEAT ? plain[0] : 0, y[2]);
            assertArrayEquals(new double[] {plain[4], plain[5]}, out.get("h").values());
        }
    }

    @Test
    void whatDoesNotFitIsRefusedByNode() {
        Input vector = new Input("x", Shape.vector(2));
        Node node = Node.of("cell", Recurrent.of(gru(true)), Port.of("x"));
        List<Output> outputs = List.of(new Output("y", Port.of("cell")));
        InvalidInputException refusal = assertThrows(
                InvalidInputException.class, () -> NeutralGraph.of("test", List.of(vector), List.of(node), outputs));
        assertTrue(refusal.getMessage().contains("node cell"), refusal.getMessage());
        assertThrows(
                InvalidInputException.class,
                () -> NeutralGraph.of(
                        "test",
                        List.of(vector),
                        List.of(Node.of("a", new Operation.Affine(1, 0), Port.of("b"))),
                        outputs));
    }
}
