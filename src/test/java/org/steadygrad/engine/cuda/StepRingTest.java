package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;

import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.AskedSteps;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.ClipRule;

@Tag("gpu")
class StepRingTest {
    private static final PassOptions TRACED = new PassOptions(5, false, false, true);
    private static final UpdateRule RULE = new UpdateRule(ClipPolicies.of(new ClipRule.None()), 0, 0, 1);

    private static MultiDataSet batch(int examples) {
        ContractData data = new ContractData(examples);
        return ContractData.batch(data.normal(examples, 3), data.oneHot(examples, 3));
    }

    /** With so little memory that each shape's program makes the one before go, steps of both under way. */
    @Test
    void whatATraceSawOutlivesItsProgram() {
        ComputationGraph model =
                new ContractCase("small", chain(InputType.feedForward(3), dense(7), classes(3)), batch(4)).model();
        List<LayerTrace> expected;
        try (CudaEngine engine = GpuLikeDl4j.engine(model)) {
            expected = layers(AskedSteps.ask(engine, batch(4), TRACED, RULE));
        }
        try (CudaEngine engine = new CudaEngine(model, GpuLikeDl4j.runtime(), 1)) {
            PendingStep first = AskedSteps.ask(engine, batch(4), TRACED, RULE);
            PendingStep second = AskedSteps.ask(engine, batch(9), TRACED, RULE);
            assertEquals(expected, layers(first));
            layers(second);
        }
    }

    private static List<LayerTrace> layers(PendingStep step) {
        return step.await().orElseThrow().pass().trace().orElseThrow().layers();
    }
}
