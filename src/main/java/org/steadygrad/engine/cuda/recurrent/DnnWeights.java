package org.steadygrad.engine.cuda.recurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DnnRecurrence;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Place;
import org.steadygrad.engine.cuda.recurrent.BlockMoves.Block;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * A recurrent layer's parameters on their way from DL4J's flat vector to cuDNN's weights, gate by gate, and their gradients
 * on the way back. cuDNN has two biases for each gate; the second stays 0 except for that of a GRU's candidate.
 */
final class DnnWeights {
    /** For each gate of cuDNN's LSTM (input, forget, cell input, output) DL4J's number of it. */
    private static final int[] LSTM = {3, 1, 0, 2};

    private final List<BlockMoves> in = new ArrayList<>();
    private final List<BlockMoves> out = new ArrayList<>();

    /**
     * @param packed cuDNN's weights; set to 0 here
     * @param gradient of the same; null without a backward pass
     */
    DnnWeights(
            ScanPlace place,
            LayerShape shape,
            LayerWeights weights,
            DnnRecurrence recurrence,
            DeviceMemory packed,
            DeviceMemory gradient) {
        place.runtime().stream().zero(packed);
        int gates = shape.scan().gates();
        long units = shape.units();
        List<Block> input = new ArrayList<>();
        List<Block> recurrent = new ArrayList<>();
        List<Block> bias = new ArrayList<>();
        for (int gate = 0; gate < gates; gate++) {
            long own = shape.cell() == Cell.LSTM ? LSTM[gate] : gate;
            Place ofInput = recurrence.place(packed, gate);
            Place ofState = recurrence.place(packed, gates + gate);
            input.add(new Block(own * units * shape.inputs(), ofInput.matrix(), units * shape.inputs()));
            recurrent.add(new Block(own * units * units, ofState.matrix(), units * units));
            bias.add(new Block(own * units, ofInput.bias(), units));
            if (shape.cell() == Cell.GRU && gate == gates - 1) {
                bias.add(new Block(gates * units, ofState.bias(), units));
            }
        }
        add(place, weights.input(), packed, input, weights.inputGradient(), gradient);
        add(place, weights.recurrent(), packed, recurrent, weights.recurrentGradient(), gradient);
        add(place, weights.bias(), packed, bias, weights.biasGradient(), gradient);
    }

    private void add(
            ScanPlace place,
            DeviceMemory flat,
            DeviceMemory packed,
            List<Block> blocks,
            Optional<DeviceMemory> flatGradient,
            DeviceMemory gradient) {
        in.add(new BlockMoves(place, flat, packed, blocks));
        if (gradient != null) {
            List<Block> back = blocks.stream().map(Block::back).toList();
            flatGradient.ifPresent(target -> out.add(new BlockMoves(place, gradient, target, back)));
        }
    }

    /** Enqueues the parameters' way in. */
    void load() {
        in.forEach(BlockMoves::run);
    }

    /** Enqueues the gradients' way out. */
    void deliver() {
        out.forEach(BlockMoves::run);
    }

    /** Whether any gradient is wanted. */
    boolean delivers() {
        return !out.isEmpty();
    }
}
