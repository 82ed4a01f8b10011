package org.steadygrad.engine.cpu.layer;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.pooling;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.cpu.CpuEngine;
import org.steadygrad.engine.cpu.LikeDl4j;
import org.steadygrad.nn.BatchNorm;

/** Branches and joins, embeddings, pooling, frozen layers and masks that pass through layers without time. */
class GraphKernelsTest {
    private static final InputType VECTORS = InputType.feedForward(5);
    private static final InputType SEQUENCES = InputType.recurrent(5);

    private static ContractCase vectors(String name, int batch, GraphBuilder graph) {
        ContractData data = new ContractData(batch);
        return new ContractCase(name, graph.build(), ContractData.batch(data.normal(batch, 5), data.oneHot(batch, 3)));
    }

    private static ContractCase sequences(String name, boolean masked, GraphBuilder graph) {
        ContractData data = new ContractData(6);
        INDArray mask = masked ? ContractData.mask(3, 3, 1, 0, 2, 3, 1, 2) : null;
        return new ContractCase(
                name + (masked ? ", masked" : ""),
                graph.build(),
                ContractData.batch(data.normal(7, 5, 3), data.oneHot(7, 3, 3), mask, masked ? mask.dup() : null));
    }

    @TestFactory
    Stream<DynamicTest> joins() {
        List<ContractCase> cases = new ArrayList<>();
        for (ElementWiseVertex.Op op : ElementWiseVertex.Op.values()) {
            boolean two = op == ElementWiseVertex.Op.Subtract;
            String[] inputs = two ? new String[] {"a", "b"} : new String[] {"a", "b", "c"};
            for (int size : new int[] {1, 17}) {
                cases.add(vectors(
                        op + " of " + size,
                        33,
                        graphOn(VECTORS)
                                .addLayer("a", dense(size), "in")
                                .addLayer("b", dense(size, Activation.SIGMOID), "in")
                                .addLayer("c", dense(size, Activation.ELU), "b")
                                .addVertex("join", new ElementWiseVertex(op), inputs)
                                .addVertex("both", new MergeVertex(), "join", "c")
                                .addLayer("out", classes(3), "both")));
            }
            cases.add(vectors(
                    op + " of the features",
                    3,
                    graphOn(VECTORS)
                            .addLayer("a", dense(5), "in")
                            .addVertex("join", new ElementWiseVertex(op), "in", "a")
                            .addLayer("out", classes(3), "join")));
        }
        for (ElementWiseVertex.Op op :
                new ElementWiseVertex.Op[] {ElementWiseVertex.Op.Add, ElementWiseVertex.Op.Product}) {
            cases.add(vectors(
                    "twice the same, " + op,
                    7,
                    graphOn(VECTORS)
                            .addLayer("a", dense(5), "in")
                            .addVertex("join", new ElementWiseVertex(op), "a", "a")
                            .addLayer("out", classes(3), "join")));
        }
        return LikeDl4j.each(cases.stream());
    }

    @TestFactory
    Stream<DynamicTest> otherVertices() {
        return LikeDl4j.each(Stream.of(
                vectors(
                        "merged",
                        7,
                        graphOn(VECTORS)
                                .addLayer("a", dense(1), "in")
                                .addLayer("b", dense(7), "a")
                                .addVertex("join", new MergeVertex(), "a", "in", "b")
                                .addLayer("out", classes(3), "join")),
                vectors(
                        "scaled and shifted",
                        17,
                        graphOn(VECTORS)
                                .addLayer("a", dense(3), "in")
                                .addVertex("scale", new ScaleVertex(0.3), "a")
                                .addVertex("shift", new ShiftVertex(-1.5), "scale")
                                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "shift")
                                .addLayer("out", classes(3), "add")),
                residual()));
    }

    private static ContractCase residual() {
        GraphBuilder graph = graphOn(VECTORS).addLayer("r0", dense(17), "in");
        for (int block = 1; block <= 5; block++) {
            String from = "r" + (block - 1);
            graph.addLayer("d" + block, dense(7), from)
                    .addLayer("e" + block, dense(17, Activation.IDENTITY), "d" + block)
                    .addVertex("r" + block, new ElementWiseVertex(ElementWiseVertex.Op.Add), "e" + block, from);
        }
        return vectors("residual blocks", 7, graph.addLayer("out", classes(3), "r5"));
    }

    @TestFactory
    Stream<DynamicTest> masksPassThroughLayersWithoutTime() {
        List<ContractCase> cases = new ArrayList<>();
        for (boolean masked : new boolean[] {false, true}) {
            for (Activation f : new Activation[] {Activation.IDENTITY, Activation.SIGMOID, Activation.SOFTPLUS}) {
                cases.add(sequences(
                        "dense " + f,
                        masked,
                        graphOn(SEQUENCES)
                                .addLayer("a", dense(17, f), "in")
                                .addLayer("b", dense(4), "a")
                                .addLayer("out", stepClasses(3), "b")));
            }
            cases.add(sequences(
                    "joined",
                    masked,
                    graphOn(SEQUENCES)
                            .addLayer("a", dense(7, Activation.SIGMOID), "in")
                            .addLayer("b", dense(7), "in")
                            .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                            .addVertex("merge", new MergeVertex(), "add", "b")
                            .addLayer("out", stepClasses(3), "merge")));
        }
        return LikeDl4j.each(cases.stream());
    }

    @TestFactory
    Stream<DynamicTest> overTime() {
        ContractData data = new ContractData(9);
        INDArray mask = ContractData.mask(5, 5, 3, 2, 1, 5, 4, 2);
        List<ContractCase> cases = new ArrayList<>();
        for (INDArray feature : new INDArray[] {null, mask}) {
            String suffix = feature == null ? "" : ", masked";
            for (PoolingType type : PoolingType.values()) {
                cases.add(new ContractCase(
                        type + suffix,
                        chain(SEQUENCES, dense(17), pooling(type), classes(3)),
                        ContractData.batch(data.normal(7, 5, 5), data.oneHot(7, 3), feature, null)));
            }
            cases.add(new ContractCase(
                    "last step" + suffix,
                    graphOn(SEQUENCES)
                            .addLayer("a", new BatchNorm.Builder().build(), "in")
                            .addVertex("last", new LastTimeStepVertex("in"), "a")
                            .addLayer("out", classes(3), "last")
                            .build(),
                    ContractData.batch(data.normal(7, 5, 5), data.oneHot(7, 3), feature, null)));
        }
        return LikeDl4j.each(cases.stream());
    }

    @TestFactory
    Stream<DynamicTest> embeddings() {
        List<ContractCase> cases = new ArrayList<>();
        for (boolean bias : new boolean[] {true, false}) {
            for (int batch : new int[] {1, 7, 33}) {
                ContractData data = new ContractData(batch);
                EmbeddingLayer single = new EmbeddingLayer.Builder()
                        .nIn(17)
                        .nOut(33)
                        .hasBias(bias)
                        .activation(Activation.TANH)
                        .build();
                EmbeddingSequenceLayer sequence = new EmbeddingSequenceLayer.Builder()
                        .nIn(3)
                        .nOut(7)
                        .hasBias(bias)
                        .build();
                INDArray mask = ContractData.mask(
                        5, new java.util.Random(batch).ints(batch, 0, 6).toArray());
                cases.add(new ContractCase(
                        "of examples " + batch + bias,
                        chain(InputType.feedForward(17), single, classes(3)),
                        ContractData.batch(data.indices(17, batch, 1), data.oneHot(batch, 3))));
                cases.add(new ContractCase(
                        "of sequences " + batch + bias,
                        chain(InputType.recurrent(3), sequence, dense(4), stepClasses(3)),
                        ContractData.batch(data.indices(3, batch, 5), data.oneHot(batch, 3, 5), mask, mask.dup())));
                cases.add(new ContractCase(
                        "of sequences with a feature axis " + batch + bias,
                        chain(InputType.recurrent(3), sequence, dense(4), stepClasses(3)),
                        ContractData.batch(data.indices(3, batch, 1, 5), data.oneHot(batch, 3, 5))));
            }
        }
        return LikeDl4j.each(cases.stream());
    }

    @Test
    void aSymbolBeyondTheVocabularyIsRefusedByName() {
        ContractData data = new ContractData(1);
        EmbeddingSequenceLayer layer =
                new EmbeddingSequenceLayer.Builder().nIn(3).nOut(7).build();
        INDArray symbols = data.indices(3, 7, 5);
        symbols.putScalar(2, 4, 3);
        ContractCase test = new ContractCase(
                "",
                chain(InputType.recurrent(3), layer, stepClasses(3)),
                ContractData.batch(symbols, data.oneHot(7, 3, 5)));
        try (CpuEngine engine = LikeDl4j.engine(test.model())) {
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> LikeDl4j.gradient(engine, test.batch(), 1));
            assertTrue(e.getMessage().contains("l0"), e.getMessage());
            assertTrue(e.getMessage().contains("from 0 to 2"), e.getMessage());
        }
    }

    @TestFactory
    Stream<DynamicTest> frozen() {
        return LikeDl4j.each(Stream.of(
                vectors(
                        "at the bottom",
                        7,
                        graphOn(VECTORS)
                                .addLayer("a", new FrozenLayer(dense(4)), "in")
                                .addLayer("b", dense(5), "a")
                                .addLayer("out", classes(3), "b")),
                vectors(
                        "two at the bottom",
                        7,
                        graphOn(VECTORS)
                                .addLayer("a", new FrozenLayer(dense(4)), "in")
                                .addLayer("b", new FrozenLayer(dense(5)), "a")
                                .addLayer("out", classes(3), "b")),
                vectors(
                        "between",
                        7,
                        graphOn(VECTORS)
                                .addLayer("a", dense(4), "in")
                                .addLayer("b", new FrozenLayerWithBackprop(dense(5)), "a")
                                .addLayer("out", classes(3), "b")),
                vectors(
                        "dropout of nothing",
                        7,
                        graphOn(VECTORS)
                                .addLayer("a", dense(4), "in")
                                .addLayer("b", new DropoutLayer(1.0), "a")
                                .addLayer("out", classes(3), "b"))));
    }
}
