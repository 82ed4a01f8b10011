package org.steadygrad.engine.cuda.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.cuda.GpuLikeDl4j;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.BatchShape.LabelMask;
import org.steadygrad.engine.program.Sharing;
import org.steadygrad.nn.BatchNorm;

class BiasesBelowNormsTest {
    /** Rows that one block takes alone, and more than it does. */
    private static final int FEW = 33;

    private static final int MANY = 3000;

    private static Layer norm() {
        return new BatchNorm.Builder().activation(Activation.RELU).build();
    }

    private static GraphBuilder graph() {
        return graphOn(InputType.feedForward(5)).addLayer("below", dense(7, Activation.TANH), "in");
    }

    private static ContractCase finish(String name, int rows, GraphBuilder graph, String top) {
        ContractData data = new ContractData(17);
        graph.addLayer("output", classes(3), top).setOutputs("output");
        return new ContractCase(name, graph.build(), ContractData.batch(data.normal(rows, 5), data.oneHot(rows, 3)));
    }

    private static ContractCase plain(String name, int rows, Activation activation) {
        return finish(
                name,
                rows,
                graph().addLayer("inner", dense(17, activation), "below").addLayer("norm", norm(), "inner"),
                "norm");
    }

    private static ContractCase readTwice(int rows) {
        GraphBuilder graph = graph().addLayer("inner", dense(17, Activation.IDENTITY), "below")
                .addLayer("norm", norm(), "inner")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm", "inner");
        return finish("read twice", rows, graph, "sum");
    }

    private static ContractCase withoutBias(int rows) {
        DenseLayer layer = new DenseLayer.Builder()
                .nOut(17)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build();
        return finish(
                "without bias",
                rows,
                graph().addLayer("inner", layer, "below").addLayer("norm", norm(), "inner"),
                "norm");
    }

    /** At the bottom, since DL4J passes no gradient through a frozen layer. */
    private static ContractCase frozen(int rows) {
        FrozenLayer layer = new FrozenLayer(dense(17, Activation.IDENTITY));
        GraphBuilder graph =
                graphOn(InputType.feedForward(5)).addLayer("inner", layer, "in").addLayer("norm", norm(), "inner");
        return finish("frozen", rows, graph, "norm");
    }

    /** Numbers of layers whose bias the norm adds, and whose bias's gradient it sums up. */
    private static List<Long> taken(ContractCase test, int rows, boolean training) {
        Plan plan = PlanBuilder.build(test.model());
        BatchShape shape = new BatchShape(rows, 1, false, LabelMask.NONE, training);
        BiasesBelowNorms biases = new BiasesBelowNorms(plan.operations(), new Sharing(plan, shape), shape, 132);
        List<PlanOperation.Dense> layers = plan.operations().stream()
                .filter(operation -> operation instanceof PlanOperation.Dense)
                .map(PlanOperation.Dense.class::cast)
                .toList();
        List<PlanOperation.Normalize> norms = plan.operations().stream()
                .filter(operation -> operation instanceof PlanOperation.Normalize)
                .map(PlanOperation.Normalize.class::cast)
                .toList();
        long added = layers.stream().filter(biases::addedAfter).count();
        long summed = layers.stream().filter(biases::summedAfter).count();
        assertEquals(
                added, norms.stream().filter(n -> biases.addedBy(n).isPresent()).count());
        assertEquals(
                summed,
                norms.stream().filter(n -> biases.summedBy(n).isPresent()).count());
        return List.of(added, summed);
    }

    @Test
    void onlyANormThatReadsTheLayerAloneTakesItsBias() {
        ContractCase plain = plain("", FEW, Activation.IDENTITY);
        assertEquals(List.of(1L, 1L), taken(plain, FEW, true));
        assertEquals(List.of(1L, 0L), taken(plain, MANY, true), "rows of several blocks");
        assertEquals(List.of(0L, 0L), taken(plain, FEW, false), "running statistics");
        assertEquals(
                List.of(0L, 0L), taken(plain("", FEW, Activation.TANH), FEW, true), "an activation function between");
        assertEquals(List.of(0L, 0L), taken(readTwice(FEW), FEW, true), "another reader");
        assertEquals(List.of(0L, 0L), taken(withoutBias(FEW), FEW, true), "nothing to add");
        assertEquals(List.of(1L, 0L), taken(frozen(FEW), FEW, true), "nothing to train");
    }

    @Tag("gpu")
    @TestFactory
    Stream<DynamicTest> theyAreRight() {
        return GpuLikeDl4j.each(Stream.of(
                plain("few rows", FEW, Activation.IDENTITY),
                plain("many rows", MANY, Activation.IDENTITY),
                plain("activation between", FEW, Activation.TANH),
                readTwice(FEW),
                withoutBias(FEW),
                frozen(FEW)));
    }
}
