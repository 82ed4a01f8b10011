package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;

/** Gradients that vanish keep their digits: a factor of 1e-20 on the way down isn't an error of 1e-20 of the whole. */
public interface VanishingGradientsContract extends EngineSubject {
    int UNITS = 6;
    int DEEPEST = 32;

    @TestFactory
    default Stream<DynamicTest> ofStacksOfSigmoids() {
        return Stream.of(1, 5, 9, 16, DEEPEST)
                .map(depth -> DynamicTest.dynamicTest(depth + " layers", () -> {
                    ContractData data = new ContractData(depth);
                    Layer[] layers = new Layer[depth + 1];
                    Arrays.setAll(layers, i -> i == depth ? classes(3) : dense(UNITS, Activation.SIGMOID));
                    checkEveryBlock(new ContractCase(
                            "",
                            chain(InputType.feedForward(UNITS), layers),
                            ContractData.batch(data.normal(10, UNITS), data.oneHot(10, 3))));
                }));
    }

    private void checkEveryBlock(ContractCase test) {
        Gradient expected = Gradient.byDl4j(test.reference(), test.referenceBatch());
        try (Engine engine = engine(test.model())) {
            Gradient actual = EngineSubject.gradient(engine, test.model(), test.batch(), EngineSubject.plain());
            assertEquals(expected.loss(), actual.loss(), 1e-6 * expected.loss(), "loss");
            expected.blocks()
                    .forEach((name, values) ->
                            Gradient.assertClose(Map.of(name, values), actual.blocks(), TOLERANCE, "gradient"));
            boolean deepest = test.model().getNumLayers() == DEEPEST + 1;
            double first = Gradient.norm(expected.blocks().get("l0_W"));
            assertTrue(!deepest || first < 1e-20, "the gradient vanishes: " + first);
        }
    }
}
