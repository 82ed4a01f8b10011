package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.recurrent.ScanTensors.State;

/**
 * What a recurrent layer is read from and written to, time-major.
 *
 * @param input [T, B, I]
 * @param output [T, B, H]
 * @param outputGradient [T, B, H]; null without a backward pass
 * @param inputGradient [T, B, I]; empty when nobody needs it
 * @param mask [T, B]
 * @param initial state to start from
 * @param finals state that it ends with
 */
record LayerTensors(
        DeviceMemory input,
        DeviceMemory output,
        DeviceMemory outputGradient,
        Optional<DeviceMemory> inputGradient,
        Optional<DeviceMemory> mask,
        State initial,
        State finals) {

    /**
     * Views of a stretch of time steps.
     *
     * @param first number of the stretch's first step in time
     * @param part shape of the stretch
     */
    LayerTensors stretch(int first, LayerShape part, State before, State after) {
        return new LayerTensors(
                rows(input, first, part, part.inputs()),
                rows(output, first, part, part.units()),
                outputGradient == null ? null : rows(outputGradient, first, part, part.units()),
                inputGradient.map(memory -> rows(memory, first, part, part.inputs())),
                mask.map(memory -> rows(memory, first, part, 1)),
                before,
                after);
    }

    private static DeviceMemory rows(DeviceMemory memory, int first, LayerShape part, int size) {
        long step = (long) part.examples() * size;
        return memory.floats(first * step, part.steps() * step);
    }
}
