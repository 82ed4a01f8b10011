package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.pooling;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoice;
import org.steadygrad.nn.BatchNorm;

/** Sizes beside those that kernels are cut for, and batches of one, against DL4J in double. */
@Tag("gpu")
class OddSizesTest {
    private static final int[] UNITS = {1, 3, 17, 255, 1023};
    private static final int[] BATCHES = {1, 3, 33};

    @AfterEach
    void leaveTheChoice() {
        System.clearProperty(RecurrentChoice.FORCE);
    }

    private static Layer batchNorm() {
        return new BatchNorm.Builder().activation(Activation.RELU).build();
    }

    private static ContractCase denseCase(int units, int batch) {
        ContractData data = new ContractData(units + batch);
        Layer[] layers = batch == 1
                ? new Layer[] {dense(units), dense(3), classes(units + 1)}
                : new Layer[] {dense(units), batchNorm(), dense(3), classes(units + 1)};
        return new ContractCase(
                "dense " + units + ", batch " + batch,
                chain(InputType.feedForward(units), layers),
                ContractData.batch(data.normal(batch, units), data.oneHot(batch, units + 1)));
    }

    @TestFactory
    Stream<DynamicTest> denseLayers() {
        Stream.Builder<ContractCase> cases = Stream.builder();
        for (int units : UNITS) {
            for (int batch : BATCHES) {
                cases.add(denseCase(units, batch));
            }
        }
        return GpuLikeDl4j.each(cases.build());
    }

    private static ContractCase recurrentCase(Cell cell, int units, int batch) {
        ContractData data = new ContractData(units + batch);
        int steps = units < 20 ? 5 : 2;
        boolean pooled = batch == 3;
        Layer[] layers = pooled
                ? new Layer[] {cell.units(units), pooling(PoolingType.MAX), classes(3)}
                : new Layer[] {cell.units(units), stepClasses(3)};
        return new ContractCase(
                cell + " " + units + ", batch " + batch,
                chain(InputType.recurrent(3), layers),
                ContractData.batch(
                        data.normal(batch, 3, steps), pooled ? data.oneHot(batch, 3) : data.oneHot(batch, 3, steps)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"persistent", "stepped", "cudnn"})
    void recurrentLayers(String way) {
        System.setProperty(RecurrentChoice.FORCE, way);
        int run = 0;
        for (Cell cell : Cell.values()) {
            for (int units : new int[] {1, 3, 17, 63, 255}) {
                if (way.equals("persistent") && units > 63) {
                    continue;
                }
                for (int batch : BATCHES) {
                    if (units < 200 || batch < 10) {
                        GpuLikeDl4j.check(recurrentCase(cell, units, batch));
                        run++;
                    }
                }
            }
        }
        assertEquals(way.equals("persistent") ? 36 : 42, run);
    }
}
