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
import org.deeplearning4j.nn.conf.layers.Layer;
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

class ResidualSumsTest {
    private static Layer norm() {
        return new BatchNorm.Builder().activation(Activation.RELU).build();
    }

    /** @param skipFirst order of the summands */
    private static ContractCase model(String name, String skip, boolean skipFirst) {
        ContractData data = new ContractData(17);
        GraphBuilder graph = graphOn(InputType.feedForward(5))
                .addLayer("below", dense(5), "in")
                .addLayer("inner", dense(5), "below")
                .addLayer("norm", norm(), "inner");
        if (skip.equals("late")) {
            graph.addLayer(skip, dense(5), "norm");
        }
        graph.addVertex(
                        "sum",
                        new ElementWiseVertex(ElementWiseVertex.Op.Add),
                        skipFirst ? new String[] {skip, "norm"} : new String[] {"norm", skip})
                .addLayer("output", classes(3), "sum")
                .setOutputs("output");
        return new ContractCase(name, graph.build(), ContractData.batch(data.normal(33, 5), data.oneHot(33, 3)));
    }

    private static long written(ContractCase test) {
        Plan plan = PlanBuilder.build(test.model());
        BatchShape shape = new BatchShape(33, 1, false, LabelMask.NONE, true);
        ResidualSums sums = new ResidualSums(plan.operations(), new Sharing(plan, shape));
        List<PlanOperation> layers = plan.operations().stream()
                .filter(operation -> operation instanceof PlanOperation.Normalize normalize
                        && sums.around(normalize).isPresent())
                .toList();
        assertEquals(
                layers.size(), plan.operations().stream().filter(sums::writes).count());
        return layers.size();
    }

    @Test
    void sumsOfWhatIsThereBeforeTheLayerAreWrittenByIt() {
        assertEquals(1, written(model("", "below", false)));
        assertEquals(1, written(model("", "below", true)));
        assertEquals(0, written(model("", "late", false)), "comes after the layer");
        assertEquals(0, written(model("", "late", true)), "comes after the layer");
    }

    @Tag("gpu")
    @TestFactory
    Stream<DynamicTest> theyAreRight() {
        return GpuLikeDl4j.each(Stream.of(
                model("from below", "below", false),
                model("from below, first", "below", true),
                model("from above", "late", true)));
    }
}
