package org.steadygrad.engine.cuda.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;

import java.nio.DoubleBuffer;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.cuda.CudaEngine;
import org.steadygrad.engine.cuda.GpuLikeDl4j;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.ops.ParameterBlock;

@Tag("gpu")
class GradientTilesTest {
    /** Its second layer's weights, 257 x 129, are more than one tile. */
    private static final ContractCase MODEL = new ContractCase(
            "",
            chain(InputType.feedForward(3), dense(257), dense(129), classes(3)),
            ContractData.batch(new ContractData(1).normal(2, 3), new ContractData(2).oneHot(2, 3)));

    private static Map<String, Double> find(CudaModel model, float[] gradient) {
        CudaRuntime runtime = model.runtime();
        model.memory().write(gradient, model.memory().gradient());
        GradientTiles tiles = new GradientTiles(model, runtime.scope());
        DeviceMemory result = runtime.scope().bytes((long) tiles.numbers() * Double.BYTES);
        tiles.scan(result).run();
        double[] numbers = new double[tiles.numbers()];
        try (PinnedMemory host = runtime.device().pinned(result.bytes())) {
            runtime.stream().download(host, result);
            runtime.stream().synchronize();
            host.content().asDoubleBuffer().get(numbers);
        }
        return tiles.nonFinite(DoubleBuffer.wrap(numbers)).entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
    }

    @Test
    void theFirstElementOfEachParameterCounts() {
        try (CudaEngine engine = GpuLikeDl4j.engine(MODEL.model())) {
            float[] gradient = new float[(int) engine.layout().length()];
            assertEquals(Map.of(), find(engine.model(), gradient));
            ParameterBlock weights = engine.layout().blocks().get(2);
            ParameterBlock bias = engine.layout().blocks().get(3);
            gradient[(int) bias.offset()] = Float.NEGATIVE_INFINITY;
            gradient[(int) (weights.offset() + weights.length()) - 1] = Float.NaN;
            assertEquals(
                    Map.of(weights.name(), Double.NaN, bias.name(), Double.NEGATIVE_INFINITY),
                    find(engine.model(), gradient));
            gradient[(int) weights.offset()] = Float.POSITIVE_INFINITY;
            assertEquals(
                    Map.of(weights.name(), Double.POSITIVE_INFINITY, bias.name(), Double.NEGATIVE_INFINITY),
                    find(engine.model(), gradient));
        }
    }
}
