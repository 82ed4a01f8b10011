package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.Precision;

/** Holds a pass of the engine against DL4J in double, by the memory that its kernels leave behind. */
public final class GpuLikeDl4j {
    static final double TOLERANCE = 1e-4;
    private static final int SEED = 5;

    private GpuLikeDl4j() {}

    /** Strict, on the device that tests run on. */
    public static CudaRuntime runtime() {
        return new CudaRuntime(TestGpu.open(), Precision.FLOAT32);
    }

    public static CudaEngine engine(ComputationGraph model) {
        return new CudaEngine(model, runtime(), 0);
    }

    public static Stream<DynamicTest> each(Stream<ContractCase> cases) {
        return cases.map(test -> DynamicTest.dynamicTest(test.name(), () -> check(test)));
    }

    /** Loss and gradient of a first pass and of a replayed one, and output of inference. */
    public static void check(ContractCase test) {
        Gradient expected = Gradient.byDl4j(test.reference(), test.referenceBatch());
        // after a backward pass DL4J's loss layers give a loss of values that they have overwritten
        double loss = test.reference().score(test.referenceBatch(), true);
        try (CudaEngine engine = engine(test.model())) {
            Gradient first = gradient(engine, test.batch(), SEED);
            assertEquals(loss, first.loss(), 1e-5 * (1 + Math.abs(loss)), "loss");
            Gradient.assertClose(expected.blocks(), first.blocks(), TOLERANCE, "gradient");
            Gradient replayed = gradient(engine, test.batch(), SEED);
            assertEquals(first.loss(), replayed.loss(), "loss of a replayed pass");
            Gradient.assertIdentical(first.blocks(), replayed.blocks(), "a replayed pass");
            checkOutput(engine, test);
        }
    }

    static void checkOutput(CudaEngine engine, ContractCase test) {
        MultiDataSet batch = test.referenceBatch();
        INDArray expected = test.reference().output(false, batch.getFeatures(), batch.getFeaturesMaskArrays())[0];
        INDArray actual = engine.output(test.batch()).castTo(expected.dataType());
        double largest = Math.max(1, expected.amaxNumber().doubleValue());
        assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 1e-5 * largest, "output");
    }

    /** The average over the minibatch, and the changes of statistics, as one pass leaves them. */
    public static Gradient gradient(CudaEngine engine, MultiDataSet batch, long seed) {
        PassResult result = engine.computeGradient(batch, new PassOptions(seed, false, false, false));
        ModelMemory memory = engine.model().memory();
        float[] flat = memory.read(memory.gradient());
        long examples = batch.getFeatures(0).size(0);
        Map<String, double[]> blocks = new LinkedHashMap<>();
        for (ParameterBlock block : engine.layout().blocks()) {
            double[] values = new double[(int) block.length()];
            for (int i = 0; i < values.length; i++) {
                float value = flat[(int) block.offset() + i];
                values[i] = switch (block.kind()) {
                    case TRAINED -> value / (double) examples;
                    case STATISTIC -> value;
                    case FROZEN -> 0;
                };
            }
            blocks.put(block.name(), values);
        }
        return new Gradient(result.loss(), blocks);
    }
}
