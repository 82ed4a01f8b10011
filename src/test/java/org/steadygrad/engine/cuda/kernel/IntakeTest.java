package org.steadygrad.engine.cuda.kernel;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.cuda.GpuLikeDl4j;

/** Sequences on their way in, whichever way they lie. */
@Tag("gpu")
class IntakeTest {
    private static ContractCase sequences(int examples, int size, int steps, char order) {
        ContractData data = new ContractData(3);
        INDArray features = data.normal(examples, size, steps).dup(order);
        MultiDataSet batch =
                ContractData.batch(features, data.oneHot(examples, 9, steps).dup(order));
        return new ContractCase(
                size + " features, " + steps + " steps, order " + order,
                chain(InputType.recurrent(size), dense(4), stepClasses(9)),
                batch);
    }

    @TestFactory
    Stream<DynamicTest> sequencesComeInTheRightOrder() {
        return GpuLikeDl4j.each(Stream.of(7, 8, 31, 33, 65)
                .flatMap(size -> Stream.of(
                        sequences(3, size, 45, 'c'), sequences(2, size, 1, 'c'), sequences(3, size, 32, 'f'))));
    }
}
