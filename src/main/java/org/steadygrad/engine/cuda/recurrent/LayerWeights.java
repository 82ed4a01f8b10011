package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.ParameterBlock;

/**
 * A recurrent layer's parameters in DL4J's flat vector and where their gradients go; empty for those that aren't trained.
 *
 * @param input [I, gates * H] in 'f' order: rows of I elements for each gate unit
 * @param recurrent [H, gates * H] likewise
 * @param bias [gates * H], of a GRU [4 H]
 */
record LayerWeights(
        DeviceMemory input,
        DeviceMemory recurrent,
        DeviceMemory bias,
        Optional<DeviceMemory> inputGradient,
        Optional<DeviceMemory> recurrentGradient,
        Optional<DeviceMemory> biasGradient) {

    static LayerWeights of(PlanOperation.Recur operation, ModelMemory memory) {
        return new LayerWeights(
                memory.parameters(operation.weights()),
                memory.parameters(operation.recurrentWeights()),
                memory.parameters(operation.bias()),
                gradient(operation.weights(), memory),
                gradient(operation.recurrentWeights(), memory),
                gradient(operation.bias(), memory));
    }

    private static Optional<DeviceMemory> gradient(ParameterBlock block, ModelMemory memory) {
        return block.trained() ? Optional.of(memory.gradient(block)) : Optional.empty();
    }
}
