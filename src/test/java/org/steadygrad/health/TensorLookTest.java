package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.ParameterDistributions;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.GRU;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.Histogram;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Distributions.Kind;
import org.steadygrad.runlog.Look;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

class TensorLookTest {
    /** A frozen LSTM, batch norm with its statistics, and one layer of each cell that has gates. */
    private static ComputationGraph graph() {
        LSTM frozen = new LSTM.Builder().nIn(3).nOut(5).build();
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(5)
                .graphBuilder()
                .addInputs("in")
                .addLayer("frozen", new FrozenLayer(frozen), "in")
                .addLayer("norm", new BatchNorm.Builder().nIn(5).nOut(5).build(), "frozen")
                .addLayer("gru", new GRU.Builder().nIn(5).nOut(7).build(), "norm")
                .addLayer(
                        "lstm",
                        new Bidirectional(
                                Bidirectional.Mode.ADD,
                                new LSTM.Builder().nIn(7).nOut(3).build()),
                        "gru")
                .addLayer("out", new RnnOutputLayer.Builder().nIn(3).nOut(2).build(), "lstm")
                .setOutputs("out")
                .build());
        graph.init();
        return graph;
    }

    private static Consumer<float[]> values(INDArray flat) {
        return target -> System.arraycopy(flat.dup('c').data().asFloat(), 0, target, 0, target.length);
    }

    private static TensorLook look(FlatLayout layout, INDArray parameters, INDArray gradient, StepTrace trace) {
        return TensorLook.of(ParameterDistributions.of(layout, values(parameters), values(gradient)), trace);
    }

    private static StepTrace trace(Map<String, Histogram> activations) {
        List<StepTrace.LayerTrace> layers = Stream.of("norm", "gru", "lstm")
                .map(name -> new StepTrace.LayerTrace(name, 1, "", 1, 0, 1, 0, 0))
                .toList();
        return new StepTrace(layers, List.of(), Optional.empty(), activations);
    }

    /** As a gradient, numbers that DL4J shows as one array per parameter. */
    @Test
    void gatesAreColumnsOfTheParametersViews() {
        ComputationGraph graph = graph();
        graph.params().assign(Nd4j.randn(graph.params().shape()));
        TensorLook look = look(FlatLayouts.of(graph), graph.params(), graph.params(), trace(Map.of()));
        Map<String, List<String>> expected = Map.of(
                "gru_W", List.of("reset", "update", "candidate"),
                "gru_RW", List.of("reset", "update", "candidate"),
                "gru_b", List.of("reset", "update", "candidate", "recurrent candidate"));
        List<String> lstm = List.of("candidate", "forget", "output", "input");
        assertEquals(3 + 3 + 4 + 6 * 4, look.gates().size());
        Map<String, INDArray> views = graph.paramTable();
        for (Look.Gate gate : look.gates()) {
            List<String> names = expected.getOrDefault(gate.parameter(), lstm);
            INDArray view = views.get(gate.parameter());
            assertEquals(
                    columnsNorm(view, names.indexOf(gate.gate()), names.size()),
                    gate.gradientNorm(),
                    1e-5,
                    gate::toString);
        }
    }

    private static double columnsNorm(INDArray view, int gate, int gates) {
        INDArray rows = view.rank() == 1 ? view.reshape(1, view.length()) : view;
        long each = rows.columns() / gates;
        double squares = 0;
        for (int row = 0; row < rows.rows(); row++) {
            for (long column = gate * each; column < (gate + 1) * each; column++) {
                squares += Math.pow(rows.getDouble(row, column), 2);
            }
        }
        return Math.sqrt(squares);
    }

    @Test
    void tensorsAreTrainedParametersAndActivations() {
        ComputationGraph graph = graph();
        FlatLayout layout = FlatLayouts.of(graph);
        INDArray gradient = graph.params().mul(2);
        long wild = layout.blocks().get(layout.blocks().size() - 1).offset();
        gradient.putScalar(wild, Float.NaN);
        gradient.putScalar(wild + 1, Float.NEGATIVE_INFINITY);
        Histogram outputs = Histogram.of(new float[] {1, 2, 3}, 0, 3);
        TensorLook look = look(layout, graph.params(), gradient, trace(Map.of("gru", outputs)));
        List<String> trained = layout.blocks().stream()
                .filter(ParameterBlock::trained)
                .map(ParameterBlock::name)
                .toList();
        assertTrue(trained.size() < layout.blocks().size() - 3);
        assertEquals(trained, names(look, Kind.WEIGHT));
        assertEquals(trained, names(look, Kind.GRADIENT));
        assertEquals(List.of("gru"), names(look, Kind.ACTIVATION));
        for (Distributions.Tensor tensor : look.tensors()) {
            if (tensor.kind() == Kind.ACTIVATION) {
                assertEquals(outputs, tensor.values());
                continue;
            }
            double scale = tensor.kind() == Kind.GRADIENT ? 2 : 1;
            INDArray view = graph.paramTable().get(tensor.name());
            if (tensor.name().equals("out_b") && tensor.kind() == Kind.GRADIENT) {
                assertEquals(2, tensor.values().nonFinite());
                assertEquals(0, tensor.values().total());
                continue;
            }
            assertEquals(view.length(), tensor.values().total(), tensor.name());
            assertEquals(scale * view.minNumber().doubleValue(), tensor.values().low(), 1e-6, tensor.name());
            assertEquals(scale * view.maxNumber().doubleValue(), tensor.values().high(), 1e-6, tensor.name());
            assertEquals(scale * view.sumNumber().doubleValue(), tensor.values().sum(), 1e-4, tensor.name());
        }
    }

    private static List<String> names(TensorLook look, Kind kind) {
        return look.tensors().stream()
                .filter(tensor -> tensor.kind() == kind)
                .map(Distributions.Tensor::name)
                .toList();
    }

    /** Histograms are told first; a step that never came to its update leaves no gates to the next look. */
    @Test
    void gatesAreOfTheirOwnStep() {
        ComputationGraph graph = graph();
        FlatLayout layout = FlatLayouts.of(graph);
        List<Look> looks = new ArrayList<>();
        List<Integer> distributed = new ArrayList<>();
        HealthMonitor monitor = new HealthMonitor(
                RunFiles.defaults(HealthSpec.class), layout, RunFacts.NONE, Prescriber.NONE, event -> {
                    if (event instanceof Look seen) {
                        looks.add(seen);
                    } else if (event instanceof Distributions distributions) {
                        distributed.add(distributions.iteration());
                    }
                });
        List<GradientStatistics.Row> rows = layout.blocks().stream()
                .map(block -> new GradientStatistics.Row(1, 1, 0, 0))
                .toList();
        UpdateOutcome outcome = new UpdateOutcome(
                true,
                new GradientStatistics(layout, rows),
                1,
                layout.blocks().stream()
                        .map(block -> new UpdateOutcome.BlockUpdate(1, 1e-3))
                        .toList());
        Optional<StepTrace> trace = Optional.of(trace(Map.of()));
        TensorLook look = look(layout, graph.params(), graph.params(), trace.get());
        monitor.observeTensors(1, look);
        monitor.observe(1, 0.5, outcome, trace);
        monitor.observeTensors(2, look);
        monitor.observe(3, 0.5, outcome, trace);
        assertEquals(List.of(1, 2), distributed);
        assertEquals(
                List.of(34, 0), looks.stream().map(seen -> seen.gates().size()).toList());
    }
}
