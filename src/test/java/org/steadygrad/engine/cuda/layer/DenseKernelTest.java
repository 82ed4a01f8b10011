package org.steadygrad.engine.cuda.layer;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.cuda.GpuLikeDl4j;

/** Dense layers of all sizes; with many rows, the bias' gradient is added up in chunks. */
@Tag("gpu")
class DenseKernelTest {

    private static ContractCase vectors(int batch, int inputs, DenseLayer layer) {
        ContractData data = new ContractData(batch);
        return new ContractCase(
                inputs + " inputs, " + layer.getNOut() + " units, " + layer.getActivationFn() + ", batch of " + batch,
                chain(InputType.feedForward(inputs), layer, dense(5), classes(3)),
                ContractData.batch(data.normal(batch, inputs), data.oneHot(batch, 3)));
    }

    @TestFactory
    Stream<DynamicTest> sizes() {
        List<ContractCase> cases = new ArrayList<>();
        for (int units : new int[] {1, 3, 17, 33, 257}) {
            for (int batch : new int[] {1, 7, 1025}) {
                cases.add(vectors(batch, units % 16 + 1, dense(units)));
            }
        }
        return GpuLikeDl4j.each(cases.stream());
    }

    @TestFactory
    Stream<DynamicTest> activationsAndBias() {
        List<ContractCase> cases = new ArrayList<>();
        for (Activation f : new Activation[] {
            Activation.IDENTITY, Activation.SIGMOID, Activation.RELU, Activation.ELU, Activation.SOFTPLUS
        }) {
            cases.add(vectors(7, 3, dense(17, f)));
        }
        cases.add(vectors(
                7,
                3,
                new DenseLayer.Builder()
                        .nOut(17)
                        .activation(new ActivationReLU(null, null, 0.3))
                        .build()));
        cases.add(vectors(
                33,
                3,
                new DenseLayer.Builder()
                        .nOut(7)
                        .hasBias(false)
                        .activation(Activation.TANH)
                        .build()));
        cases.add(vectors(
                33,
                3,
                new DenseLayer.Builder()
                        .nOut(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build()));
        return GpuLikeDl4j.each(cases.stream());
    }
}
