package org.steadygrad.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.ops.ParameterBlock;

/** Holds a pass of the engine against DL4J in double, by the memory that its kernels leave behind. */
public final class LikeDl4j {
    static final double TOLERANCE = 1e-4;
    private static final int SEED = 5;

    private LikeDl4j() {}

    public static CpuEngine engine(ComputationGraph model) {
        CpuEngineProvider provider = new CpuEngineProvider();
        assertEquals(Optional.empty(), provider.unsupported(model));
        return (CpuEngine) provider.create(model, EngineSettings.DEFAULT);
    }

    public static Stream<DynamicTest> each(Stream<ContractCase> cases) {
        return cases.map(test -> DynamicTest.dynamicTest(test.name(), () -> check(test)));
    }

    /** Loss, gradient and output of inference. */
    public static void check(ContractCase test) {
        Gradient expected = Gradient.byDl4j(test.reference(), test.referenceBatch());
        // after a backward pass DL4J's loss layers give a loss of values that they have overwritten
        double loss = test.reference().score(test.referenceBatch(), true);
        try (CpuEngine engine = engine(test.model())) {
            Gradient actual = gradient(engine, test.batch(), SEED);
            assertEquals(loss, actual.loss(), 1e-5 * (1 + Math.abs(loss)), "loss");
            Gradient.assertClose(expected.blocks(), actual.blocks(), TOLERANCE, "gradient");
            checkOutput(engine, test);
        }
    }

    public static void checkOutput(CpuEngine engine, ContractCase test) {
        MultiDataSet batch = test.referenceBatch();
        INDArray expected = test.reference().output(false, batch.getFeatures(), batch.getFeaturesMaskArrays())[0];
        INDArray actual = engine.output(test.batch()).castTo(expected.dataType());
        double largest = Math.max(1, expected.amaxNumber().doubleValue());
        assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 1e-5 * largest, "output");
    }

    /** The average over the minibatch, and the changes of statistics, as one pass leaves them. */
    public static Gradient gradient(CpuEngine engine, MultiDataSet batch, long seed) {
        PassResult result = engine.computeGradient(batch, new PassOptions(seed, false, false, false));
        float[] flat = engine.model().memory().gradient().toArray();
        long examples = batch.getFeatures(0).size(0);
        Map<String, double[]> blocks = new LinkedHashMap<>();
        for (ParameterBlock block : engine.layout().blocks()) {
            double[] values = new double[(int) block.length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = flat[(int) block.offset() + i] / (block.trained() ? (double) examples : 1);
            }
            blocks.put(block.name(), values);
        }
        return new Gradient(result.loss(), blocks);
    }
}
