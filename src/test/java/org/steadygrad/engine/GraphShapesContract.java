package org.steadygrad.engine;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.nn.BatchNorm;

/** Loss and gradients of graphs that branch and join. */
public interface GraphShapesContract extends EngineSubject {
    private static ContractCase vectors(String name, GraphBuilder graph) {
        ContractData data = new ContractData(9);
        return new ContractCase(name, graph.build(), ContractData.batch(data.normal(7, 3), data.oneHot(7, 3)));
    }

    private static ContractCase sequences(String name, GraphBuilder graph, boolean masked) {
        ContractData data = new ContractData(10);
        INDArray mask = masked ? ContractData.mask(5, 5, 2, 0, 5, 1, 3, 4) : null;
        return new ContractCase(
                name,
                graph.build(),
                ContractData.batch(data.normal(7, 3, 5), data.oneHot(7, 3, 5), mask, masked ? mask.dup() : null));
    }

    private Stream<DynamicTest> each(List<ContractCase> cases) {
        return cases.stream().map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    @TestFactory
    default Stream<DynamicTest> joinedVectors() {
        List<ContractCase> cases = new ArrayList<>();
        for (ElementWiseVertex.Op op : new ElementWiseVertex.Op[] {
            ElementWiseVertex.Op.Add,
            ElementWiseVertex.Op.Product,
            ElementWiseVertex.Op.Average,
            ElementWiseVertex.Op.Max
        }) {
            cases.add(vectors(
                    "three by " + op,
                    graphOn(InputType.feedForward(3))
                            .addLayer("a", dense(5), "in")
                            .addLayer("b", dense(5, Activation.SIGMOID), "in")
                            .addLayer("c", dense(5, Activation.ELU), "in")
                            .addVertex("join", new ElementWiseVertex(op), "a", "b", "c")
                            .addLayer("out", classes(3), "join")));
        }
        cases.add(vectors(
                "merged",
                graphOn(InputType.feedForward(3))
                        .addLayer("a", dense(1), "in")
                        .addLayer("b", dense(7), "in")
                        .addVertex("join", new MergeVertex(), "a", "in", "b")
                        .addLayer("out", classes(3), "join")));
        return each(cases);
    }

    @TestFactory
    default Stream<DynamicTest> residualBlocks() {
        GraphBuilder graph = graphOn(InputType.feedForward(3)).addLayer("r0", dense(7), "in");
        for (int block = 1; block <= 4; block++) {
            String from = "r" + (block - 1);
            graph.addLayer(
                            "n" + block,
                            new BatchNorm.Builder().activation(Activation.RELU).build(),
                            from)
                    .addLayer("d" + block, dense(7), "n" + block)
                    .addLayer("e" + block, dense(7, Activation.IDENTITY), "d" + block)
                    .addVertex("r" + block, new ElementWiseVertex(ElementWiseVertex.Op.Add), "e" + block, from);
        }
        return each(List.of(vectors("four blocks", graph.addLayer("out", classes(3), "r4"))));
    }

    @TestFactory
    default Stream<DynamicTest> joinedSequences() {
        List<ContractCase> cases = new ArrayList<>();
        for (boolean masked : new boolean[] {false, true}) {
            String suffix = masked ? ", masked" : "";
            cases.add(sequences(
                    "merged" + suffix,
                    graphOn(InputType.recurrent(3))
                            .addLayer("a", Cell.GRU.units(4), "in")
                            .addLayer("b", Cell.LSTM.units(3), "in")
                            .addVertex("join", new MergeVertex(), "a", "b")
                            .addLayer("out", stepClasses(3), "join"),
                    masked));
            cases.add(sequences(
                    "residual" + suffix,
                    graphOn(InputType.recurrent(3))
                            .addLayer("a", Cell.GRU.units(4), "in")
                            .addLayer("b", Cell.GRU.units(4), "a")
                            .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                            .addLayer("c", Cell.SIMPLE.units(4), "add")
                            .addVertex("times", new ElementWiseVertex(ElementWiseVertex.Op.Product), "add", "c")
                            .addLayer("out", stepClasses(3), "times"),
                    masked));
        }
        return each(cases);
    }

    /** What run files make of symbols without an embedding. */
    @TestFactory
    default Stream<DynamicTest> symbolsAsOneHotVectors() {
        ContractData data = new ContractData(11);
        Layer oneHot = new FrozenLayer(new EmbeddingSequenceLayer.Builder()
                .nIn(6)
                .nOut(6)
                .weightInit(new WeightInitIdentity())
                .build());
        return each(List.of(new ContractCase(
                "frozen identity",
                chain(InputType.recurrent(6), oneHot, Cell.LSTM.units(5), stepClasses(3)),
                ContractData.batch(data.indices(6, 7, 1, 5), data.oneHot(7, 3, 5)))));
    }

    @TestFactory
    default Stream<DynamicTest> twoReadingsOfOneSequence() {
        ContractData data = new ContractData(10);
        GraphBuilder graph = graphOn(InputType.recurrent(3))
                .addLayer("a", new LastTimeStep(Cell.GRU.units(4)), "in")
                .addLayer("b", new LastTimeStep(new Bidirectional(Bidirectional.Mode.ADD, Cell.LSTM.units(3))), "in")
                .addVertex("join", new MergeVertex(), "a", "b")
                .addLayer("dense", dense(5), "join")
                .addLayer("out", classes(3), "dense");
        return each(List.of(new ContractCase(
                "last steps merged", graph.build(), ContractData.batch(data.normal(7, 3, 5), data.oneHot(7, 3)))));
    }
}
