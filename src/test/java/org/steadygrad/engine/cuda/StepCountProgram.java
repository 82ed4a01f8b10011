package org.steadygrad.engine.cuda;

import static org.steadygrad.engine.ContractModels.graphOn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.AskedSteps;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;

/**
 * Prints what a device would do in one training step, as the simulated machine counts it; run in a process of its own, with
 * CUDASIM_COUNT.
 */
final class StepCountProgram {
    /** The first step is enqueued call by call, the second one captured, and run as all that follow. */
    private static final int WARM_UP = 1;

    private StepCountProgram() {}

    /** @param arguments kind of model, batch size, time steps, inputs, units, layers */
    public static void main(String[] arguments) throws IOException {
        int[] sizes = new int[5];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Integer.parseInt(arguments[i + 1]);
        }
        boolean recurrent = sizes[1] > 0;
        ContractData data = new ContractData(3);
        ComputationGraph model = recurrent ? recurrent(arguments[0], sizes[2], sizes[3]) : dense(arguments[0], sizes);
        MultiDataSet batch = recurrent
                ? ContractData.batch(data.normal(sizes[0], sizes[2], sizes[1]), data.oneHot(sizes[0], 10, sizes[1]))
                : ContractData.batch(data.normal(sizes[0], sizes[2]), data.oneHot(sizes[0], 10));
        Path counts = Path.of(System.getenv("CUDASIM_COUNT"));
        try (Engine engine = new CudaEngineProvider().create(model, EngineSettings.DEFAULT)) {
            for (int i = 0; i < WARM_UP; i++) {
                step(engine, batch, i);
            }
            int before = lines(counts).size();
            step(engine, batch, WARM_UP);
            List<String> all = lines(counts);
            System.out.println("parameters " + engine.layout().length());
            all.subList(before, all.size()).forEach(System.out::println);
        }
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static void step(Engine engine, MultiDataSet batch, int number) {
        AskedSteps.ask(
                        engine,
                        batch,
                        new PassOptions(number, false, false, false),
                        new UpdateRule(ClipPolicies.of(new ClipRule.ByGlobalNorm(1)), number, 0, 1))
                .await();
    }

    private static ComputationGraph recurrent(String kind, int inputs, int units) {
        GraphBuilder builder = graphOn(InputType.recurrent(inputs), new Adam(1e-3));
        return init(ContractModels.chain(
                builder,
                kind.equals("rnn_tanh")
                        ? new SimpleRnn.Builder()
                                .nOut(units)
                                .activation(Activation.TANH)
                                .build()
                        : Cell.valueOf(kind.toUpperCase(Locale.ROOT)).units(units),
                ContractModels.stepClasses(10)));
    }

    /** @param sizes [examples, 0, inputs, width, layers] */
    private static ComputationGraph dense(String kind, int[] sizes) {
        boolean normalized = kind.equals("dense_bn");
        GraphBuilder builder = graphOn(InputType.feedForward(sizes[2]), new Adam(1e-3));
        String below = "in";
        for (int i = 0; i < sizes[4]; i++) {
            builder.addLayer(
                    "d" + i, ContractModels.dense(sizes[3], normalized ? Activation.IDENTITY : Activation.TANH), below);
            below = "d" + i;
            if (normalized) {
                builder.addLayer(
                        "n" + i,
                        new BatchNorm.Builder().activation(Activation.RELU).build(),
                        below);
                below = "n" + i;
            }
        }
        return init(builder.addLayer("out", ContractModels.classes(10), below));
    }

    private static ComputationGraph init(GraphBuilder builder) {
        ComputationGraph model = new ComputationGraph(builder.build());
        model.init();
        return model;
    }
}
