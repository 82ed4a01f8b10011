package org.steadygrad.engine.cpu.look;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.ParameterDistributions;
import org.steadygrad.engine.ParameterDistributions.Block;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.ops.Histogram;
import org.steadygrad.ops.ParameterBlock;

/** Looks at parameters and gradient where they are, without copying them to the heap as a whole. */
public final class ParameterScan {
    private final ModelMemory memory;
    private final HistogramScan histograms;
    private final TensorScan norms;
    private final List<ParameterBlock> trained;
    /** Of all trained parameters, then of their gradients. */
    private final List<MaskedRows> tensors = new ArrayList<>();

    public ParameterScan(ModelMemory memory, HistogramScan histograms, TensorScan norms) {
        this.memory = memory;
        this.histograms = histograms;
        this.norms = norms;
        trained = memory.layout().blocks().stream()
                .filter(ParameterBlock::trained)
                .toList();
        trained.forEach(block -> tensors.add(MaskedRows.all(memory.parameters(block))));
        trained.forEach(block -> tensors.add(MaskedRows.all(memory.gradient(block))));
    }

    /** @param examples that the gradient is summed over */
    public ParameterDistributions distributions(long examples) {
        List<Histogram> found = histograms.of(tensors);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < trained.size(); i++) {
            ParameterBlock block = trained.get(i);
            Histogram gradient = found.get(trained.size() + i).dividedBy(examples);
            List<Double> gates = ParameterDistributions.gateNorms(
                    block,
                    (offset, length) -> norms.norm(memory.gradient().slice(offset, length), 1)
                                    .norm()
                            / examples);
            blocks.add(new Block(block, found.get(i), gradient, gates));
        }
        return new ParameterDistributions(blocks);
    }
}
