package org.steadygrad.engine.cpu.activation;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.cpu.LikeDl4j;
import org.steadygrad.nn.ActivationExactGelu;

/** Every activation function, as a dense layer's own and as a layer. */
class ActivationKernelsTest {
    private static List<IActivation> functions() {
        List<IActivation> functions = new ArrayList<>();
        Arrays.stream(Activation.values())
                .filter(a -> a != Activation.RRELU) // draws random slopes
                .map(Activation::getActivationFunction)
                .forEach(functions::add);
        functions.add(new ActivationExactGelu());
        functions.add(new ActivationReLU(null, null, 0.3));
        functions.add(new ActivationReLU(null, null, -0.3));
        functions.add(new ActivationLReLU(0.2));
        functions.add(new ActivationThresholdedReLU(0.1));
        return functions;
    }

    @TestFactory
    Stream<DynamicTest> ofADenseLayer() {
        return LikeDl4j.each(functions().stream()
                .map(f -> test(
                        "dense " + f,
                        7,
                        new DenseLayer.Builder().nOut(17).activation(f).build())));
    }

    /** Of the features, and with values further from 0, whose cubes are beyond DL4J's bounds of probabilities: so without those. */
    @TestFactory
    Stream<DynamicTest> asALayer() {
        return LikeDl4j.each(functions().stream().map(f -> {
            ContractData data = new ContractData(5);
            return new ContractCase(
                    "layer " + f,
                    chain(
                            InputType.feedForward(7),
                            dense(33, Activation.IDENTITY),
                            new ActivationLayer(f),
                            output(3, LossFunction.MSE, Activation.IDENTITY)),
                    ContractData.batch(data.normal(17, 7).muli(3), data.normal(17, 3)));
        }));
    }

    private static ContractCase test(String name, int batch, DenseLayer layer) {
        ContractData data = new ContractData(batch);
        return new ContractCase(
                name,
                chain(InputType.feedForward(3), layer, dense(1), dense(33), classes(3)),
                ContractData.batch(data.normal(batch, 3), data.oneHot(batch, 3)));
    }
}
